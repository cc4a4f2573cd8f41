"""Tables of points of objects (keypoints) give no classes, nor does what they say of whether a point is seen."""

import pytest

from tests.data.layouts.conftest import counts
from tests.data.layouts.test_labelled import FILES, table


def points(header, label=lambda n: ""):
    names = header.split(",")[1:]
    cells = {"x": lambda n: f"{3 + 1.5 * n}", "y": lambda n: str(20 + n * n), "flag": lambda n: str(n * 5 % 3 // 1 % 2)}
    kinds = [next((k for k in "xy" if k in (one.lower()[-1], one.lower()[0])), "flag") for one in names]
    return table(
        [
            (file, *(label(n) or cells[kind](n) for kind in kinds[:-1]), cells[kinds[-1]](n))
            for n, file in enumerate(FILES)
        ],
        header,
    )


@pytest.mark.parametrize(
    "header",
    [
        "image,left_eye_x,left_eye_y,left_eye_visible,nose_x,nose_y,nose_visible", "image,nose_x,nose_y,nose_v",
        "file,noseX,noseY,noseVis,tailX,tailY,tailVis", "file,x_nose,y_nose,v_nose,x_ear,y_ear,v_ear",
        "f,kp1_x,kp1_y,kp1_occluded",
        "file,head x,head y,head score,tail x,tail y,tail score",
    ],
)  # fmt: skip
def test_whether_points_are_seen_gives_no_classes(refused, header):
    assert "it gives points of objects (keypoints)" in refused({"images": FILES, "k.csv": points(header)})


def test_a_class_beside_points_is_read_or_asked_about(read, asked):
    said = [(file, ("cat", "dog")[n % 3 // 2], str(n), str(n * n), str(n % 2)) for n, file in enumerate(FILES)]
    assert counts(read({"images": FILES, "k.csv": table(said, "f,label,nose_x,nose_y,nose_v")})) == {"cat": 6, "dog": 2}
    question = asked({"images": FILES, "k.csv": table(said, "f,animal,nose_x,nose_y,nose_v")})
    assert "gives points of objects, which are labels for poses" in question.question
    assert [one.counts for one in question.choices] == [{"cat": 6, "dog": 2}]


@pytest.mark.parametrize("header", ["f,label,tile_x,tile_y", "f,kind,center_x,center_y", "f,kind,sex,max"])
def test_places_of_images_are_no_points(read, header):
    said = [(file, ("cat", "dog")[n % 3 // 2], f"{n}.5", f"{n * n}.25") for n, file in enumerate(FILES)]
    assert counts(read({"images": FILES, "k.csv": table(said, header)})) == {"cat": 6, "dog": 2}


DLC = "scorer,anna,anna,anna\nbodyparts,snout,snout,tail\ncoords,x,y,x\n"


@pytest.mark.parametrize("head", [DLC, DLC.replace("\nb", "\nindividuals,m1,m1,m2\nb"), DLC.replace(",", ",,,", 1)])
def test_a_project_of_deeplabcut_is_asked_about(asked, read, head):
    rows = "".join(f"labeled-data/v/{file},1.5,2,3\n" for file in FILES)
    content = {
        "labeled-data/dark": 5,
        "labeled-data/light": 7,
        "labeled-data/light/CollectedData_anna.csv": head + rows,
    }
    assert "points of body parts (keypoints, of DeepLabCut)" in asked(content).question
    content["labeled-data/light/CollectedData_anna.csv"] = "scorer,file\n"
    assert counts(read(content))["dark"] == 5
