"""Choices, automatic policies, and what looks at other images."""

from core.augment.entry import Entry
from core.augment.fields import Made, choice, flag, model, number, optional, span
from core.augment.params import NoParams

ONE_OF = "OneOf"


def _fill(default: str) -> Made:
    return choice(default, ("black", "grey", "white"), "Fill", "What stands where the image moved away.")


OTHERS = (
    Entry(
        "HistogramMatching", "Match another image's tones", "From other images",
        "Gives each colour the distribution that it has in another training image.",
        model("HistogramMatching", "A blend.",
              blend_ratio=span((0.3, 0.7), 0, 1, "Amount", "Range of the share of the matched image.", neutral=0)),
        0.3, ("colour",), references=True,
    ),
    Entry(
        "FDA", "Another image's coarse look (FDA)", "From other images",
        "Takes the strength of the coarsest waves from another training image: its light and colours.",
        model("FDA", "A band.",
              beta_limit=span((0.0, 0.05), 0, 0.5, "Band", "Range of the share of waves that is taken.", neutral=0)),
        0.3, ("colour", "texture"), references=True,
    ),
    Entry(
        "PixelDistributionAdaptation", "Another image's colours", "From other images",
        "Moves the cloud of colours to where another training image has its own.",
        model(
            "PixelDistributionAdaptation", "A blend.",
            blend_ratio=span((0.3, 0.8), 0, 1, "Amount", "Range of the share of the adapted image.", neutral=0),
            transform_type=choice("pca", ("pca", "standard", "minmax"), "Match",
                                  "Main directions of colour, mean and spread, or darkest and brightest."),
        ),
        0.3, ("colour",), references=True,
    ),
    Entry(
        "OverlayElements", "Paste another image, small", "From other images",
        "Puts a shrunken training image somewhere, as something that distracts. The label stays.",
        model("OverlayElements", "A pasted image.",
              size=span((0.15, 0.3), 0, 0.9, "Side", "Range of its side, as a share of the shorter one.",
                        unit="of the side", neutral=0)),
        0.3, ("small evidence",), references=True,
    ),
)  # fmt: skip

POLICIES = (
    Entry(
        ONE_OF, "One of several", "Choices and policies",
        "Applies exactly one of its options; the options' probabilities say how often each is taken.",
        NoParams, 0.5, options=("GaussianBlur", "GaussNoise"),
    ),
    Entry(
        "TrivialAugment", "TrivialAugment", "Choices and policies",
        "One of 14 operations at a random strength: nothing to tune. Müller & Hutter 2021.",
        model(
            "TrivialAugment", "One operation.",
            space=choice("wide", ("wide", "standard"), "Magnitudes", "The paper's wide ones, or RandAugment's."),
            fill=_fill("black"),
        ),
        1.0, ("orientation", "colour", "texture", "small evidence"),
    ),
    Entry(
        "RandAugment", "RandAugment", "Choices and policies",
        "Some of 14 operations, all at one strength. Cubuk et al. 2020.",
        model(
            "RandAugment", "Operations at one strength.",
            operations=number(2, 1, 8, "Operations", "How many are applied, one after another."),
            magnitude=number(9, 0, 30, "Magnitude", "Strength of each, of 30.", neutral=0),
            fill=_fill("grey"),
        ),
        1.0, ("orientation", "colour", "texture", "small evidence"),
    ),
    Entry(
        "AugMix", "AugMix", "Choices and policies",
        "Blends the image with chains of mild operations, for robustness. Hendrycks et al. 2020.",
        model(
            "AugMix", "Blended chains.",
            severity=number(3, 1, 10, "Severity", "Strongest magnitude that is drawn, of 10."),
            width=number(3, 1, 8, "Chains", "How many are blended."),
            depth=optional(None, 1, 8, "Depth", "Operations in each chain; empty: 1 to 3 at random."),
            alpha=number(1.0, 0.1, 10, "Alpha", "Of the shares: small values favour one, large ones blend alike."),
            all_ops=flag(False, "All operations", "Also brightness, colour, contrast and sharpness; not in the paper."),
            fill=_fill("black"),
        ),
        1.0, ("orientation", "colour", "texture"),
    ),
)  # fmt: skip

ENTRIES = (*OTHERS, *POLICIES)
