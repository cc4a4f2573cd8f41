"""Albumentations' own transforms that move or cut the image."""

from core.augment.entry import Entry
from core.augment.fields import choice, fill, flag, limit, model, number, span, square
from core.augment.params import NoParams

ENTRIES = (
    Entry(
        "Transpose", "Transpose", "Geometry",
        "Mirrors along the diagonal: rows become columns. For views from above; destroys directions.",
        NoParams, 0.5, ("orientation",),
    ),
    Entry(
        "D4", "All eight symmetries", "Geometry",
        "One of a square's eight turns and flips. For views from above; destroys directions. Also: SquareSymmetry.",
        NoParams, 1.0, ("orientation",),
    ),
    Entry(
        "SafeRotate", "Rotate, nothing lost", "Geometry",
        "Turns by a random angle and shrinks the image so that its corners stay inside.",
        model("SafeRotate", "A turn.", limit=limit(30.0, 180, "Angle", "Largest turn to either side.", unit="°"),
              border_mode=fill()),
        0.5, ("orientation", "scale"),
    ),
    Entry(
        "Affine", "Affine", "Geometry",
        "Zoom, shift, turn and slant in one step, resampled only once. Also known as ShiftScaleRotate.",
        model(
            "Affine", "A linear map.",
            scale=span((0.9, 1.1), 0.3, 3, "Zoom", "Smallest and largest zoom factor.", unit="×", neutral=1),
            translate_percent=span((-0.1, 0.1), -0.5, 0.5, "Shift", "Range of the shift, as a share of the side.",
                                   unit="of the side", neutral=0),
            rotate=span((-15.0, 15.0), -180, 180, "Angle", "Range of the turn.", unit="°", neutral=0),
            # at 45 both ways nothing is left of the image, and OpenCV never returns
            shear=span((-5.0, 5.0), -40, 40, "Slant", "Range of the slant.", unit="°", neutral=0),
            keep_ratio=flag(True, "Keep proportions", "Zoom both sides alike."),
            border_mode=fill(),
        ),
        0.7, ("orientation", "scale"),
    ),
    Entry(
        "OpticalDistortion", "Lens distortion", "Geometry",
        "Bends straight lines outwards or inwards, as a wide lens does.",
        model(
            "OpticalDistortion", "A lens.",
            distort_limit=limit(0.2, 1, "Distortion", "Largest bend to either side."),
            mode=choice("camera", ("camera", "fisheye"), "Lens", "How the bend grows towards the rim."),
            border_mode=fill(),
        ),
        0.5, ("scale",),
    ),
    Entry(
        "PiecewiseAffine", "Piecewise affine", "Geometry",
        "Moves the points of a grid and stretches what lies between. Slow.",
        model(
            "PiecewiseAffine", "A moved grid.",
            scale=span((0.01, 0.03), 0, 0.15, "Shift", "Typical shift of a point, as a share of the side.",
                       unit="of the side", neutral=0),
            nb_rows=number(4, 2, 12, "Rows", "Rows of points."),
            nb_cols=number(4, 2, 12, "Columns", "Columns of points."),
        ),
        0.3, ("texture",),
    ),
    Entry(
        "ThinPlateSpline", "Thin-plate spline", "Geometry",
        "Bends the image like a thin metal plate that is pushed at some points.",
        model(
            "ThinPlateSpline", "A bent plate.",
            scale_range=span((0.05, 0.15), 0, 1, "Push", "How far points move.", neutral=0),
            num_control_points=number(4, 2, 8, "Points", "Points along each side."),
            border_mode=fill(),
        ),
        0.3, ("texture",),
    ),
    Entry(
        "GridElasticDeform", "Elastic grid", "Geometry",
        "Moves the crossings of a grid by some pixels each.",
        model(
            "GridElasticDeform", "An elastic grid.",
            num_grid_xy=square(4, 1, 16, "Cells", "Cells along each side."),
            magnitude=number(8, 1, 40, "Shift", "Largest shift of a crossing.", unit="px"),
        ),
        0.3, ("texture",),
    ),
    Entry(
        "RandomGridShuffle", "Shuffle tiles", "Geometry",
        "Cuts the image into tiles and deals them anew: shows whether the model needs shapes or only textures.",
        model("RandomGridShuffle", "Dealt tiles.", grid=square(3, 1, 10, "Tiles", "Tiles along each side.")),
        0.3, ("orientation", "small evidence"),
    ),
    Entry(
        "Morphological", "Thicker or thinner", "Geometry",
        "Grows bright parts (dilation) or dark ones (erosion): for writing and line drawings.",
        model(
            "Morphological", "Grown parts.",
            scale=span((2, 3), 1, 9, "Size", "Smallest and largest growth.", unit="px", neutral=1),
            operation=choice("dilation", ("dilation", "erosion"), "Grow", "Dilation: what is bright; erosion: dark."),
        ),
        0.3, ("texture", "small evidence"),
    ),
    Entry(
        "CropAndPad", "Crop or pad", "Crop and size",
        "Cuts a share off each side, or adds one where it is negative, and enlarges what is left.",
        model(
            "CropAndPad", "Moved sides.",
            percent=span((-0.1, 0.05), -0.4, 0.4, "Change", "Range; below 0 cuts off, above adds.",
                         unit="of the side", neutral=0),
            sample_independently=flag(True, "Each side", "Each side gets a change of its own."),
            border_mode=fill(),
        ),
        0.5, ("scale", "small evidence"),
    ),
    Entry(
        "RandomCropFromBorders", "Crop from borders", "Crop and size",
        "Cuts a random share off each side.",
        model(
            "RandomCropFromBorders", "Cut sides.",
            crop_left=number(0.1, 0, 0.45, "Left", "Largest share that is cut.", neutral=0),
            crop_right=number(0.1, 0, 0.45, "Right", "Largest share that is cut.", neutral=0),
            crop_top=number(0.1, 0, 0.45, "Top", "Largest share that is cut.", neutral=0),
            crop_bottom=number(0.1, 0, 0.45, "Bottom", "Largest share that is cut.", neutral=0),
        ),
        0.5, ("scale", "small evidence"),
    ),
    Entry(
        "RandomCrop", "Random crop", "Crop and size",
        "A window of the model's input size at a random place, nothing enlarged. Has room only in oblong images.",
        model("RandomCrop", "A window.", border_mode=fill()), 1.0, ("small evidence",),
    ),
    Entry(
        "CenterCrop", "Centre crop", "Crop and size",
        "The middle at the model's input size. The model sees no more anyway, so it matters only before a later step.",
        model("CenterCrop", "The middle.", border_mode=fill()), 1.0, ("small evidence",),
    ),
    Entry(
        "Crop", "Fixed crop", "Crop and size",
        "Always the same window, for cameras that do not move.",
        model(
            "Crop", "A fixed window, in px of the resized image.",
            x_min=number(0, 0, 1022, "Left", "Left edge.", unit="px"),
            y_min=number(0, 0, 1022, "Top", "Upper edge.", unit="px"),
            x_max=number(192, 2, 1024, "Right", "Right edge.", unit="px"),
            y_max=number(192, 2, 1024, "Bottom", "Lower edge.", unit="px"),
            border_mode=fill(),
        ),
        1.0, ("small evidence",),
    ),
    Entry(
        "RandomSizedCrop", "Random sized crop", "Crop and size",
        "A square of random size at a random place, enlarged to the model's input.",
        model(
            "RandomSizedCrop", "A square.",
            min_max_height=span((0.6, 1.0), 0.1, 1, "Side", "Smallest and largest side, as a share of the shorter one.",
                                unit="of the side", neutral=1),
        ),
        1.0, ("scale", "small evidence"),
    ),
    Entry(
        "Resize", "Squeeze to a square", "Crop and size",
        "Squeezes the whole image into the model's square: nothing is cut off, proportions change.",
        NoParams, 1.0, ("scale",),
    ),
    Entry(
        "LongestMaxSize", "Fit the longer side", "Crop and size",
        "Shrinks until the longer side fits the model's input; the rest is filled with the mirror image.",
        NoParams, 1.0, ("scale",),
    ),
    Entry(
        "SmallestMaxSize", "Fit the shorter side", "Crop and size",
        "Resizes until the shorter side is the model's input.",
        NoParams, 1.0, ("scale",),
    ),
    Entry(
        "RandomScale", "Random scale", "Crop and size",
        "Resizes; afterwards the middle is cut out, or the rim filled with the mirror image.",
        model("RandomScale", "Another size.",
              scale_limit=limit(0.1, 0.8, "Change", "Largest change of size, as a share.")),
        0.5, ("scale",),
    ),
    Entry(
        "Pad", "Pad", "Crop and size",
        "Adds a rim. The model sees only the middle of the result, so it matters only before a later step.",
        model("Pad", "A rim.", padding=number(16, 0, 256, "Rim", "Added on every side.", unit="px", neutral=0),
              border_mode=fill()),
        0.5, ("scale",),
    ),
    Entry(
        "PadIfNeeded", "Pad to the input size", "Crop and size",
        "Adds a rim where an earlier step made the image smaller than the model's input; else it changes nothing.",
        model("PadIfNeeded", "A rim.", border_mode=fill()), 1.0,
    ),
)  # fmt: skip
