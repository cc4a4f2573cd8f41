"""Albumentations' own transforms of colour, light and weather."""

from core.augment.entry import Entry
from core.augment.fields import choice, flag, limit, model, number, optional, span, square
from core.augment.params import NoParams

COLOUR = (
    Entry(
        "HueSaturationValue", "Hue, saturation, value", "Colour",
        "Shifts hue, colourfulness and brightness, each by itself. A large hue shift destroys colour labels.",
        model(
            "HueSaturationValue", "Three shifts.",
            hue_shift_limit=limit(10, 90, "Hue", "Largest shift, in steps of two degrees."),
            sat_shift_limit=limit(30, 255, "Saturation", "Largest shift, of 255."),
            val_shift_limit=limit(20, 255, "Value", "Largest shift, of 255."),
        ),
        0.5, ("colour",),
    ),
    Entry(
        "RGBShift", "Shift red, green, blue", "Colour", "Adds a random number to each colour channel.",
        model(
            "RGBShift", "Three shifts.",
            r_shift_limit=limit(20, 255, "Red", "Largest shift, of 255."),
            g_shift_limit=limit(20, 255, "Green", "Largest shift, of 255."),
            b_shift_limit=limit(20, 255, "Blue", "Largest shift, of 255."),
        ),
        0.5, ("colour",),
    ),
    Entry(
        "RandomGamma", "Gamma", "Colour", "Lightens or darkens the middle tones; black and white stay.",
        model("RandomGamma", "A gamma.",
              gamma_limit=span((80.0, 120.0), 20, 400, "Gamma", "Range; 100 changes nothing.", unit="%", neutral=100)),
        0.5,
    ),
    Entry(
        "RandomToneCurve", "Tone curve", "Colour", "Bends the curve from dark to light at random, like another camera.",
        model(
            "RandomToneCurve", "A curve.",
            scale=number(0.1, 0, 1, "Bend", "Typical bend.", neutral=0, rests=False),
            per_channel=flag(False, "Per colour", "Another curve for red, green and blue: changes colours too."),
        ),
        0.5,
    ),
    Entry(
        "CLAHE", "Local contrast (CLAHE)", "Colour", "Evens out contrast tile by tile; brings out dark structure.",
        model(
            "CLAHE", "Tiles.",
            clip_limit=span((1.0, 4.0), 1, 20, "Limit", "Range of the contrast limit.", neutral=1, rests=False),
            tile_grid_size=square(8, 2, 32, "Tiles", "Tiles along each side."),
        ),
        0.3, ("texture",),
    ),
    Entry(
        "Equalize", "Equalise", "Colour", "Spreads the tones evenly from dark to light.",
        model(
            "Equalize", "Even tones.",
            mode=choice("cv", ("cv", "pil"), "Method", "OpenCV's or Pillow's; they differ slightly."),
            by_channels=flag(True, "Per colour", "Each colour by itself: changes colours too."),
        ),
        0.2, ("colour",),
    ),
    Entry(
        "AutoContrast", "Auto contrast", "Colour",
        "Stretches the tones until the darkest is black and the lightest white.",
        model(
            "AutoContrast", "Stretched tones.",
            cutoff=number(0.0, 0, 45, "Cut-off", "Share of the darkest and lightest pixels that is ignored.", unit="%"),
            ignore=optional(None, 0, 255, "Left out", "A tone that does not count, such as a black rim; empty: none."),
            method=choice("cdf", ("cdf", "pil"), "Method", "By the distribution of tones, or as Pillow does."),
        ),
        0.3,
    ),
    Entry(
        "Posterize", "Posterise", "Colour", "Fewer levels per colour: flat areas with hard edges.",
        model("Posterize", "Fewer levels.",
              num_bits=span((4, 6), 1, 8, "Bits", "Fewest and most bits per colour; 8 changes nothing.", neutral=8)),
        0.2, ("texture",),
    ),
    Entry(
        "Solarize", "Solarise", "Colour", "Inverts what is lighter than a threshold.",
        model("Solarize", "A threshold.",
              threshold_range=span((0.6, 0.9), 0, 1, "Threshold", "Range; 1 is white and changes nothing.", neutral=1)),
        0.2, ("colour",),
    ),
    Entry("InvertImg", "Invert", "Colour", "The negative. For scans that come both ways.", NoParams, 0.2, ("colour",)),
    Entry(
        "ChannelShuffle", "Shuffle colours", "Colour", "Exchanges red, green and blue. Destroys colour labels.",
        NoParams, 0.2, ("colour",),
    ),
    Entry(
        "ChannelDropout", "Drop a colour", "Colour", "Takes one or two of the colour channels away.",
        model("ChannelDropout", "Lost channels.",
              channel_drop_range=span((1, 1), 1, 2, "Channels", "Fewest and most that are lost.")),
        0.2, ("colour",),
    ),
    Entry("ToSepia", "Sepia", "Colour", "Browns, as on an old photograph.", NoParams, 0.2, ("colour",)),
    Entry(
        "FancyPCA", "PCA colour", "Colour", "Shifts colours along the directions in which the image itself varies.",
        model("FancyPCA", "A shift.", alpha=number(0.1, 0, 1, "Amount", "Standard deviation.", neutral=0)),
        0.5, ("colour",),
    ),
    Entry(
        "PlanckianJitter", "Colour temperature", "Colour",
        "Other daylight or lamp light, along the colours that glowing bodies have. Milder than a hue shift.",
        model(
            "PlanckianJitter", "Another light.",
            mode=choice("blackbody", ("blackbody", "cied"), "Light", "Glowing bodies, or daylight."),
            sampling_method=choice("uniform", ("uniform", "gaussian"), "Draw", "All alike, or mostly near daylight."),
        ),
        0.5, ("colour",),
    ),
    Entry(
        "HEStain", "Tissue stain", "Colour",
        "Varies haematoxylin and eosin, the stains of microscope slides. For other images it is a colour change.",
        model(
            "HEStain", "Stains.",
            method=choice("random_preset", ("random_preset", "vahadane", "macenko"), "Method",
                          "A random known stain, or one estimated from the image (slow)."),
            # to take an image apart into stains and put them together again changes it already
            intensity_scale_range=span((0.8, 1.2), 0, 3, "Scale", "Range of the stains' strength.", neutral=1,
                                       rests=False),
            intensity_shift_range=span((-0.1, 0.1), -1, 1, "Shift", "Range added to the stains.", neutral=0),
        ),
        0.3, ("colour",),
    ),
)  # fmt: skip

WEATHER = (
    Entry(
        "Illumination", "Uneven light", "Weather and light", "Lighter or darker towards one side, corner or spot.",
        model(
            "Illumination", "A gradient.",
            mode=choice("linear", ("linear", "corner", "gaussian"), "Form", "Towards a side, a corner or a spot."),
            intensity_range=span((0.05, 0.2), 0.01, 0.2, "Strength", "Range.", neutral=0.01, rests=False),
            effect_type=choice("both", ("brighten", "darken", "both"), "Effect", "Which way."),
        ),
        0.3,
    ),
    Entry(
        "PlasmaBrightnessContrast", "Cloudy brightness", "Weather and light",
        "Brightness and contrast change from place to place, in cloud-like patches.",
        model(
            "PlasmaBrightnessContrast", "Patches.",
            brightness_range=span((-0.2, 0.2), -1, 1, "Brightness", "Range.", neutral=0),
            contrast_range=span((-0.2, 0.2), -1, 1, "Contrast", "Range.", neutral=0),
            roughness=number(3.0, 0.5, 8, "Smoothness", "Large values give large, soft patches."),
        ),
        0.3,
    ),
    Entry(
        "PlasmaShadow", "Cloud shadow", "Weather and light", "Darkens in cloud-like patches.",
        model(
            "PlasmaShadow", "Patches.",
            shadow_intensity_range=span((0.2, 0.5), 0, 1, "Strength", "Range.", neutral=0),
            roughness=number(3.0, 0.5, 8, "Smoothness", "Large values give large, soft patches."),
        ),
        0.3,
    ),
    Entry(
        "RandomShadow", "Cast shadow", "Weather and light", "Throws dark polygons over the lower part.",
        model(
            "RandomShadow", "Shadows.",
            num_shadows_limit=span((1, 2), 1, 8, "Shadows", "Fewest and most."),
            shadow_dimension=number(5, 3, 12, "Corners", "Of each shadow."),
            shadow_intensity_range=span((0.3, 0.5), 0, 1, "Strength", "Range.", neutral=0),
        ),
        0.3,
    ),
    Entry(
        "RandomSunFlare", "Sun flare", "Weather and light", "A bright spot with circles, as against the sun.",
        model(
            "RandomSunFlare", "A flare.",
            src_radius=number(60, 8, 400, "Radius", "Of the bright spot.", unit="px"),
            num_flare_circles_range=span((3, 6), 1, 12, "Circles", "Fewest and most."),
            method=choice("overlay", ("overlay", "physics_based"), "Method", "Painted over, or as in a lens (slower)."),
        ),
        0.2, ("small evidence",),
    ),
    Entry(
        "RandomFog", "Fog", "Weather and light", "Veils the image, as fog does.",
        model(
            "RandomFog", "Fog.",
            # the library blurs a little even without fog
            fog_coef_range=span((0.2, 0.5), 0, 1, "Density", "Range.", neutral=0, rests=False),
            alpha_coef=number(0.08, 0, 1, "Opacity", "Of each veil.", neutral=0),
        ),
        0.2, ("small evidence",),
    ),
    Entry(
        "RandomRain", "Rain", "Weather and light", "Streaks, a little blur and less light.",
        model(
            "RandomRain", "Rain.",
            slant_range=span((-10.0, 10.0), -20, 20, "Slant", "Range.", unit="°"),
            drop_width=number(1, 1, 5, "Width", "Of a streak.", unit="px"),
            blur_value=number(3, 1, 15, "Blur", "Of the image.", unit="px"),
            brightness_coefficient=number(0.8, 0.1, 1, "Light", "Share of the brightness that is left."),
            rain_type=choice("default", ("drizzle", "heavy", "torrential", "default"), "Rain", "How much."),
        ),
        0.2, ("small evidence",),
    ),
    Entry(
        "RandomSnow", "Snow", "Weather and light", "Whitens, as snow that lies or falls.",
        model(
            "RandomSnow", "Snow.",
            snow_point_range=span((0.1, 0.3), 0, 1, "Snow", "Range of how much turns white.", neutral=0, rests=False),
            brightness_coeff=number(2.0, 1, 5, "White", "How white it turns.", neutral=1),
            method=choice("bleach", ("bleach", "texture"), "Method", "Whitened, or with flakes."),
        ),
        0.2, ("texture",),
    ),
    Entry(
        "RandomGravel", "Gravel", "Weather and light", "Scatters small specks over patches.",
        model("RandomGravel", "Specks.", number_of_patches=number(2, 1, 12, "Patches", "How many.")),
        0.2, ("small evidence", "texture"),
    ),
    Entry(
        "Spatter", "Spatter", "Weather and light", "Drops of rain or mud on the lens.",
        model(
            "Spatter", "Drops.",
            mode=choice("rain", ("rain", "mud"), "Drops", "Of what."),
            cutout_threshold=span((0.66, 0.7), 0.3, 1, "Sparsity", "Range; 1 leaves no drop.", neutral=1),
            intensity=span((0.4, 0.6), 0, 1, "Strength", "Range.", neutral=0),
        ),
        0.2, ("small evidence",),
    ),
)  # fmt: skip

ENTRIES = (*COLOUR, *WEATHER)
