// The browser half of plot.py. Streamlit calls the default export at every change of data or theme, always with the same
// parentElement, and the function it returned last when the element goes away.

const ADDRESS = "{{PLOTLY_JS}}";
const LOADED = Symbol.for("graft.plotly"); // on window: shared by all charts and kept over changes of page
const charts = new WeakMap();

export default function ({ data, parentElement }) {
  let chart = charts.get(parentElement);
  if (!chart) {
    chart = new Chart(parentElement);
    charts.set(parentElement, chart);
  }
  chart.show(new TextDecoder().decode(data));
  return () => {
    charts.delete(parentElement);
    chart.close();
  };
}

class Chart {
  constructor(parent) {
    this.node = parent.appendChild(element("div", "graft-chart"));
    this.note = parent.appendChild(element("p", "graft-chart-note"));
    this.note.setAttribute("role", "status");
    this.observer = new ResizeObserver(() => requestAnimationFrame(() => this.resize()));
    this.observer.observe(this.node);
    stayOpaque(parent);
  }

  // Figures can arrive faster than they are drawn, or before plotly.js is there: only the newest one matters.
  async show(text) {
    this.text = text;
    if (this.busy) return;
    this.busy = true;
    try {
      this.plotly = await loadPlotly();
      while (!this.closed && this.drawn !== this.wanted()) {
        // a redraw in the middle of a drag would take the zoom box out of the user's hand
        if (this.node._dragging) await new Promise((resolve) => setTimeout(resolve, 50));
        else await this.draw();
      }
      this.note.textContent = "";
    } catch (error) {
      this.note.textContent = `This chart could not be drawn (${error.message}). Reload the page to try again.`;
    } finally {
      this.busy = false;
    }
  }

  wanted() {
    return JSON.stringify(palette(this.node)) + this.text;
  }

  async draw() {
    const wanted = this.wanted();
    const { data, layout, frames } = JSON.parse(this.text);
    await this.plotly.react(this.node, { data, layout: themed(layout, palette(this.node)), frames, config: CONFIG });
    this.drawn = wanted;
  }

  resize() {
    // a hidden chart has no width, and plotly refuses to measure it
    if (this.drawn && !this.closed && this.node.offsetWidth) this.plotly.Plots.resize(this.node);
  }

  close() {
    this.closed = true;
    this.observer.disconnect();
    if (this.plotly) this.plotly.purge(this.node);
    this.node.remove();
    this.note.remove();
  }
}

const CONFIG = {
  displaylogo: false,
  showSendToCloud: false, // on by default in plotly.js 4: it would upload the user's data
  showTips: false,
  responsive: false, // the observer above also sees the container change, not only the window
  // few enough to stand beside the axis title on a narrow screen; dragging zooms, a double click shows all again
  modeBarButtonsToRemove: ["select2d", "lasso2d", "zoomIn2d", "zoomOut2d", "autoScale2d"],
};

// The figure's own template holds the colours of one theme only (Streamlit's even holds placeholders that come out
// black), so it is replaced. What the figure itself sets wins over the template.
function themed(layout = {}, colours) {
  const axis = { gridcolor: colours.grid, zerolinecolor: colours.grid, linecolor: colours.grid, automargin: true };
  const template = {
    layout: {
      font: { color: colours.text, family: colours.font, size: 13 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      colorway: colours.series,
      xaxis: axis,
      yaxis: axis,
      hoverlabel: { bgcolor: colours.raised, bordercolor: colours.grid, font: { color: colours.text } },
      modebar: { bgcolor: "rgba(0,0,0,0)", color: colours.muted, activecolor: colours.accent },
      margin: { t: 32, r: 16, b: 40, l: 48 },
    },
  };
  const { width, height, ...rest } = layout; // the container decides
  rest.font = { ...rest.font, family: colours.font }; // letters like those around the chart
  return { uirevision: "kept", ...rest, template, autosize: true };
}

function palette(node) {
  const style = getComputedStyle(node);
  const value = (name) => style.getPropertyValue(`--st-${name}`).trim();
  return {
    text: value("text-color"),
    font: value("font"),
    grid: value("border-color"),
    raised: value("secondary-background-color"),
    muted: value("gray-color"),
    accent: value("primary-color"),
    series: value("chart-categorical-colors").split(","),
  };
}

// Fetched by hand because the server sends no validator: "force-cache" takes the browser's copy after a reload, where a
// plain script tag would load 4.8 MB again.
function loadPlotly() {
  window[LOADED] ??= fetch(ADDRESS, { cache: "force-cache" })
    .then((answer) => {
      if (!answer.ok) throw new Error(`plotly.js: the server answered ${answer.status}`);
      return answer.blob();
    })
    .then(execute)
    .catch((error) => {
      delete window[LOADED]; // the next chart tries again
      throw error;
    });
  return window[LOADED];
}

function execute(content) {
  const script = element("script", "");
  script.src = URL.createObjectURL(new Blob([content], { type: "text/javascript" }));
  return new Promise((resolve, reject) => {
    script.onload = () => (window.Plotly ? resolve(window.Plotly) : reject(new Error("plotly.js did not start")));
    script.onerror = () => reject(new Error("plotly.js is not a script"));
    document.head.appendChild(script);
  }).finally(() => {
    URL.revokeObjectURL(script.src);
    script.remove();
  });
}

// Streamlit fades an element while its script runs again; a chart that is redrawn every second must not blink.
function stayOpaque(parent) {
  const holder = parent.closest('[data-testid="stElementContainer"]');
  if (holder) holder.dataset.graftLive = "";
  if (document.getElementById("graft-live")) return;
  const style = element("style", "");
  style.id = "graft-live";
  style.textContent = "[data-graft-live] { opacity: 1 !important; transition: none !important; }";
  document.head.appendChild(style);
}

function element(tag, name) {
  const made = document.createElement(tag);
  made.className = name;
  return made;
}
