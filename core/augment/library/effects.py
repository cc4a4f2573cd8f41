"""Albumentations' own blurs, noises, losses and dropouts."""

from core.augment.entry import Entry
from core.augment.fields import Made, choice, flag, limit, model, number, optional, span

_FILL = ("black", "grey", "white", "noise")


def _cover() -> Made:
    return choice("grey", _FILL, "Fill", "What covers it.")


def _kernel(high: int = 9) -> Made:
    return span((3, 7), 3, 31, "Width", f"Smallest and largest width; odd numbers, usually up to {high}.", unit="px")


BLUR = (
    Entry("Blur", "Box blur", "Blur and noise", "The plain average of neighbours.",
          model("Blur", "A box.", blur_limit=_kernel()), 0.3, ("small evidence", "texture")),
    Entry(
        "MotionBlur", "Motion blur", "Blur and noise", "Smears in one direction, as when something moved.",
        model(
            "MotionBlur", "A smear.", blur_limit=_kernel(),
            angle_range=span((0.0, 360.0), 0, 360, "Direction", "Range.", unit="°"),
            allow_shifted=flag(True, "Shifted", "The smear need not be centred."),
        ),
        0.3, ("small evidence", "texture"),
    ),
    Entry("MedianBlur", "Median blur", "Blur and noise", "Smooths and keeps edges.",
          model("MedianBlur", "A median.", blur_limit=_kernel()), 0.3, ("small evidence", "texture")),
    Entry(
        "GlassBlur", "Frosted glass", "Blur and noise", "Exchanges neighbouring pixels, as behind frosted glass.",
        model(
            "GlassBlur", "Glass.",
            sigma=number(0.7, 0.1, 4, "Softness", "Blur before and after.", unit="px"),
            max_delta=number(3, 1, 12, "Reach", "How far pixels move.", unit="px"),
            iterations=number(1, 1, 4, "Rounds", "How often."),
        ),
        0.2, ("small evidence", "texture"),
    ),
    Entry(
        "AdvancedBlur", "Uneven blur", "Blur and noise", "A blur of random shape, direction and grain.",
        model(
            "AdvancedBlur", "A shape.", blur_limit=_kernel(),
            # pointed shapes reach far even at the smallest size
            sigma_x_limit=span((0.2, 1.0), 0.05, 6, "Sideways", "Range.", unit="px", neutral=0.05, rests=False),
            sigma_y_limit=span((0.2, 1.0), 0.05, 6, "Up and down", "Range.", unit="px", neutral=0.05, rests=False),
            beta_limit=span((0.5, 8.0), 0.1, 16, "Shape", "Below 1 pointed, above 1 flat."),
            noise_limit=span((0.9, 1.1), 0.1, 3, "Grain", "Range of the kernel's noise.", neutral=1),
        ),
        0.3, ("small evidence", "texture"),
    ),
    Entry(
        "Defocus", "Defocus", "Blur and noise", "The round blur of a lens that is out of focus.",
        model(
            "Defocus", "A disc.",
            radius=span((2, 4), 1, 20, "Radius", "Smallest and largest.", unit="px"),
            alias_blur=span((0.1, 0.3), 0, 2, "Edge", "Softness of the disc's edge."),
        ),
        0.2, ("small evidence", "texture"),
    ),
    Entry(
        "ZoomBlur", "Zoom blur", "Blur and noise", "Streaks towards the middle, as when zooming.",
        model(
            "ZoomBlur", "A zoom.",
            max_factor=span((1.02, 1.1), 1.01, 2, "Zoom", "Range of the largest zoom.", neutral=1.01, rests=False),
            step_factor=span((0.01, 0.02), 0.005, 0.1, "Step", "Range of the zoom from step to step."),
        ),
        0.2, ("small evidence", "texture"),
    ),
    Entry(
        "Downscale", "Low resolution", "Blur and noise", "Shrinks and enlarges again.",
        model("Downscale", "Fewer pixels.",
              scale_range=span((0.4, 0.8), 0.05, 0.99, "Resolution", "Range, as a share of the side.", neutral=0.99,
                               rests=False)),
        0.3, ("small evidence", "texture"),
    ),
    Entry(
        "ISONoise", "Camera noise", "Blur and noise", "Colour and brightness noise of a camera at high sensitivity.",
        model(
            "ISONoise", "Noise.",
            color_shift=span((0.01, 0.05), 0, 0.5, "Colour", "Range.", neutral=0),
            intensity=span((0.1, 0.4), 0, 2, "Strength", "Range.", neutral=0),
        ),
        0.3, ("texture",),
    ),
    Entry(
        "MultiplicativeNoise", "Multiplied noise", "Blur and noise", "Multiplies by random numbers.",
        model(
            "MultiplicativeNoise", "Factors.",
            multiplier=span((0.9, 1.1), 0.1, 3, "Factor", "Range.", neutral=1),
            per_channel=flag(False, "Per colour", "Another factor for red, green and blue."),
            elementwise=flag(True, "Per pixel", "Another factor for every pixel."),
        ),
        0.3, ("texture",),
    ),
    Entry("ShotNoise", "Shot noise", "Blur and noise", "The grain of little light: more where it is bright.",
          model("ShotNoise", "Grain.",
                scale_range=span((0.05, 0.15), 0.01, 1, "Amount", "Range.", neutral=0.01, rests=False)),
          0.3, ("texture",)),
    Entry(
        "SaltAndPepper", "Salt and pepper", "Blur and noise", "Turns single pixels white or black.",
        model(
            "SaltAndPepper", "Specks.",
            amount=span((0.01, 0.04), 0, 0.5, "Amount", "Range of the share of pixels.", neutral=0),
            salt_vs_pepper=span((0.4, 0.6), 0, 1, "White", "Range of the share that turns white."),
        ),
        0.2, ("texture", "small evidence"),
    ),
    Entry(
        "AdditiveNoise", "Added noise", "Blur and noise", "Adds noise of a chosen distribution.",
        model(
            "AdditiveNoise", "Noise.",
            noise_type=choice("gaussian", ("uniform", "gaussian", "laplace", "beta"), "Distribution", "Of the noise."),
            amount=span((0.05, 0.15), 0, 0.5, "Amount", "Range of the noise's size, as a share of full white.",
                        unit="of white", neutral=0),
            spatial_mode=choice("per_pixel", ("constant", "per_pixel", "shared"), "Where",
                                "One value per colour, one per pixel and colour, or one per pixel."),
        ),
        0.2, ("texture", "colour"),
    ),
    Entry(
        "Sharpen", "Sharpen", "Blur and noise", "Brings out edges and fine detail.",
        model(
            "Sharpen", "Edges.",
            alpha=span((0.2, 0.5), 0, 1, "Amount", "Range.", neutral=0),
            lightness=span((0.5, 1.0), 0, 2, "Lightness", "Range."),
            method=choice("kernel", ("kernel", "gaussian"), "Method", "How edges are found."),
        ),
        0.3, ("texture",),
    ),
    Entry(
        "UnsharpMask", "Unsharp mask", "Blur and noise", "Sharpens as photographers do.",
        model(
            "UnsharpMask", "Edges.", blur_limit=_kernel(),
            alpha=span((0.2, 0.5), 0, 1, "Amount", "Range.", neutral=0),
            threshold=number(10, 0, 255, "Threshold", "Smaller differences stay."),
        ),
        0.3, ("texture",),
    ),
    Entry(
        "Emboss", "Emboss", "Blur and noise", "As if pressed into paper.",
        model(
            "Emboss", "Relief.",
            alpha=span((0.2, 0.5), 0, 1, "Amount", "Range.", neutral=0),
            strength=span((0.2, 0.7), 0, 2, "Depth", "Range.", neutral=0),
        ),
        0.2, ("texture",),
    ),
    Entry(
        "RingingOvershoot", "Ringing", "Blur and noise", "Waves along edges, as strong compression leaves them.",
        model(
            "RingingOvershoot", "Waves.",
            blur_limit=span((7, 15), 3, 31, "Width", "Smallest and largest; odd numbers.", unit="px"),
            cutoff=span((0.8, 1.6), 0.1, 3.1, "Cut-off", "Range of the frequency.", unit="rad"),
        ),
        0.2, ("texture",),
    ),
    Entry(
        "ChromaticAberration", "Colour fringes", "Blur and noise", "Shifts colours against each other towards the rim.",
        model(
            "ChromaticAberration", "Fringes.",
            primary_distortion_limit=limit(0.05, 0.5, "First order", "Largest shift."),
            secondary_distortion_limit=limit(0.1, 0.5, "Second order", "Largest shift."),
            mode=choice("random", ("green_purple", "red_blue", "random"), "Colours", "Which ones part."),
        ),
        0.2, ("colour",),
    ),
    Entry(
        "Superpixels", "Superpixels", "Blur and noise", "Replaces patches of like colour by their average. Slow.",
        model(
            "Superpixels", "Patches.",
            p_replace=span((0.1, 0.4), 0, 1, "Share", "Range of the patches that are replaced.", neutral=0),
            n_segments=span((80, 160), 5, 500, "Patches", "Fewest and most."),
            max_size=optional(128, 16, 1024, "Drawn at", "Longer side while patches are found; empty: the image's.",
                              unit="px"),
        ),
        0.2, ("texture", "small evidence"),
    ),
)  # fmt: skip

LOSSES = (
    Entry(
        "ImageCompression", "Compression", "Compression", "Saves with losses as JPEG or WebP and reads back.",
        model(
            "ImageCompression", "Losses.",
            compression_type=choice("webp", ("jpeg", "webp"), "Format", "Of the file."),
            quality_range=span((40, 90), 1, 100, "Quality", "Worst and best.", neutral=100, rests=False),
        ),
        0.3, ("texture",),
    ),
    Entry(
        "PixelDropout", "Pixel dropout", "Dropout", "Blackens single pixels.",
        model(
            "PixelDropout", "Lost pixels.",
            dropout_prob=number(0.02, 0, 0.5, "Share", "Of the pixels.", neutral=0),
            per_channel=flag(False, "Per colour", "Red, green and blue by themselves."),
        ),
        0.3, ("small evidence", "texture"),
    ),
    Entry(
        "GridDropout", "Grid dropout", "Dropout", "Covers squares in a regular grid. Also known as GridMask.",
        model(
            "GridDropout", "A grid.",
            ratio=number(0.3, 0.05, 0.95, "Share", "Side of a square, as a share of the grid's cell."),
            random_offset=flag(True, "Random place", "The grid begins anywhere."),
            fill=_cover(),
        ),
        0.3, ("small evidence",),
    ),
    Entry(
        "XYMasking", "Stripes", "Dropout",
        "Covers upright and level stripes; on spectrograms times and frequencies (TimeMasking, FrequencyMasking).",
        model(
            "XYMasking", "Stripes.",
            num_masks_x=span((1, 2), 0, 8, "Upright", "Fewest and most."),
            num_masks_y=span((1, 2), 0, 8, "Level", "Fewest and most."),
            mask_x_length=span((4, 16), 1, 128, "Width", "Of the upright ones.", unit="px"),
            mask_y_length=span((4, 16), 1, 128, "Height", "Of the level ones.", unit="px"),
            fill=_cover(),
        ),
        0.3, ("small evidence",),
    ),
    Entry(
        "Erasing", "Random erasing", "Dropout", "Covers one rectangle of random size and shape.",
        model(
            "Erasing", "A rectangle.",
            scale=span((0.02, 0.2), 0.01, 1, "Area", "Range, as a share of the image.", neutral=0.01, rests=False),
            ratio=span((0.3, 3.3), 0.1, 10, "Aspect", "Range of width over height."),
            fill=_cover(),
        ),
        0.5, ("small evidence",),
    ),
)  # fmt: skip

ENTRIES = (*BLUR, *LOSSES)
