"""The names of what lies in a workspace and in a run's folder, spelled here alone.

It is among the lowest packages, because every package that keeps a file needs one of them; it imports nothing.
"""

# of a workspace
DATABASE = "graft.db"  # marks a folder as a workspace
RUNS = "runs"
DATASETS = "datasets"  # the user's own, from uploads and zips
FEATURES = "features"  # of frozen stages
CACHE = "cache"
SCANS = "scans"  # in the cache
SCREENINGS = "screenings"
TRIALS = "trials"
PIPELINES = "pipelines"
EDITS = "edits"  # of labels, by data set
DRAFTS = "drafts"
DRAFT = "draft.json"  # the only one, of earlier versions
COPIES = "copies"  # augmented, as files
AUGMENTATIONS = "augmentations"  # of earlier versions
OWN = frozenset(
    (RUNS, DATASETS, FEATURES, CACHE, SCREENINGS, TRIALS, PIPELINES, EDITS, DRAFTS, DRAFT, COPIES, AUGMENTATIONS)
)
UNPACKED = ".unpacked.json"  # in a folder of DATASETS: what was said of a zip
COLLECTION = ".collection.json"  # and of the user's own images; hidden, so that no zip can bring one

# of a run's folder
LOCK = "lock"
EXPERIMENT = "experiment.yaml"  # in a download, too
LISTING = "data.json"
DIVISION = "split.json"
BEST = "best.safetensors"  # in a download, too
LAST_WEIGHTS = "last.safetensors"
POINTER = "kept.json"
CHECKPOINT = "last.pt"
UNWRITTEN = "unwritten.json"
PREDICTIONS = "predictions-{part}.json"  # 'val' or 'test'; of the model in use, the last epoch's under 'val-last'
