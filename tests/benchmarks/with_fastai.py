"""fastai's way: a Learner like the one `vision_learner` makes, on the same backbone, trained by `fit_one_cycle`.

As in its tutorials, images are resized to 460 px, `aug_transforms` work on whole batches, and the BatchNorm layers of
frozen stages are trained. A `lean` one crops and flips each image at the final size and leaves those layers frozen.
"""

import time
from functools import partial
from pathlib import Path

from fastai.vision.all import (
    CrossEntropyLossFlat,
    FlipItem,
    ImageDataLoaders,
    Learner,
    Normalize,
    RandomResizedCrop,
    Resize,
    accuracy,
    aug_transforms,
    get_image_files,
)

from tests.benchmarks import backbone
from tests.benchmarks.arms import Job, Outcome, count_images

RATE = 3e-3


def train(job: Job) -> Outcome:
    """Train the head as told, or everything by `fine_tune` (one epoch of the head first); the last weights are kept."""
    began = time.monotonic()
    dls = _loaders(job)
    images = count_images(job.folder, "train")
    epochs = sum(stretch.epochs for stretch in job.stretches)
    outcome = Outcome(train_images=images, epochs=epochs, seconds=0, prepare_s=time.monotonic() - began)
    began = time.monotonic()
    model = backbone.load(len(dls.vocab), job.seed, name=job.backbone, hurry=job.hurry)
    learner = Learner(
        dls, model, loss_func=CrossEntropyLossFlat(), metrics=accuracy,
        splitter=partial(backbone.body_and_head, name=job.backbone), train_bn=not job.lean,
    )  # fmt: skip
    with learner.no_bar(), learner.no_logging():
        if job.stretches[0].stages == "all":
            learner.fine_tune(epochs - 1, job.stretches[0].rate or RATE)
        else:
            learner.freeze()
            learner.fit_one_cycle(epochs, job.stretches[0].rate or RATE)
        outcome.seconds = time.monotonic() - began
        outcome.epoch_s = [outcome.seconds / epochs] * epochs
        outcome.train_rate = outcome.rate
        outcome.val_accuracy = float(learner.recorder.values[-1][-1])
        test = Path(job.folder, "test")
        if test.is_dir():
            files = get_image_files(test)
            answers, labels = learner.get_preds(dl=dls.test_dl(files, with_labels=True))
            right = (answers.argmax(1) == labels).tolist()
            outcome.test_accuracy, outcome.test_images = sum(right) / len(right), len(right)
            outcome.test_right = [
                "/".join(Path(file).parts[-2:]) for file, good in zip(files, right, strict=True) if good
            ]
    return outcome


def _loaders(job: Job) -> ImageDataLoaders:
    facts = backbone.facts(job.backbone)
    normalize = Normalize.from_stats(facts.mean, facts.std)
    if job.lean:
        item, batch = [RandomResizedCrop(facts.image_size, min_scale=0.35), FlipItem()], [normalize]
    else:
        item, batch = [Resize(460)], [*aug_transforms(size=facts.image_size, min_scale=0.75), normalize]
    return ImageDataLoaders.from_folder(
        job.folder, train="train", valid="val", seed=job.seed, bs=job.batch_size, num_workers=job.workers,
        item_tfms=item, batch_tfms=batch, device=job.device,
    )  # fmt: skip
