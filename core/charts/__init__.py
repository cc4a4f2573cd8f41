"""Records become plotly figures: first the data, then the drawing."""
