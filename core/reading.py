"""How a folder becomes labelled images, where the folder itself does not say it."""

from typing import Any, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from core.description import Description
from core.edits import MOST_EDITS, Edit

TaskKind = Literal["classification", "multilabel"]  # by the names of `core.task.SPECS`
OF_A_TABLE = ("auto", "csv")  # layouts that may read a file of labels
TABLE_FIELDS = ("labels", "file_column", "label_column")  # of `Reading`: they say how such a file is read


class Reading(Description):
    """How a folder is read; by default its own order and content decide."""

    layout: str = Field(
        "auto",
        pattern=r"^(auto|folders|parts|inner|innermost|csv|filenames|(only|without):[^\x00]{1,1000})$",
        title="Layout",
        description="'folders': the folders are the classes; 'parts': they are train, val and test; 'inner': the "
        "folders within them are the classes; 'innermost': those that lie deepest; 'csv': a file of labels; "
        "'filenames': cat_01.jpg; 'only:NAME': one folder alone; 'without:NAME': all but one folder.",
    )
    labels: str = Field("", max_length=4000, title="Labels file", description="CSV, TSV or JSONL; empty: found.")
    file_column: str = Field("", max_length=1000, title="File column", description="Of the labels file; empty: found.")
    label_column: str = Field("", max_length=1000, title="Class column", description="Of it, too; empty: found.")
    task: TaskKind | Literal["auto"] = Field(
        "auto",
        title="Task",
        description="'classification': one class per image; 'multilabel': any number; 'auto': as the data says.",
    )
    edits: tuple[Edit, ...] = Field(
        (), max_length=MOST_EDITS, title="Edits", description="Images with other labels, and images that are left out."
    )

    @property
    def unused(self) -> tuple[str, ...]:
        """The fields that are set although the layout reads no file of labels: what they say has no effect.

        New options are refused for it (`core.planning.readings`). Here it is allowed: experiment files of earlier
        versions may hold it, and must load with the digest that they had; reading the images then says so in a note.
        """
        return () if self.layout in OF_A_TABLE else tuple(name for name in TABLE_FIELDS if getattr(self, name))

    @model_serializer(mode="wrap")
    def _without_new_defaults(self, dump: SerializerFunctionWrapHandler) -> dict[str, Any]:
        # what was written, and digested, before there was a choice stays as it was
        dumped: dict[str, Any] = dump(self)
        usual = {"task": self.task == "auto", "edits": not self.edits}
        return {name: value for name, value in dumped.items() if not usual.get(name)}

    @property
    def unedited(self) -> Self:
        """The same without edits."""
        return self.model_copy(update={"edits": ()})


AS_FOUND = Reading()  # as the folder itself says
