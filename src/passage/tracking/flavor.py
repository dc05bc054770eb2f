"""What a run keeps as its model: scikit-learn's Pipeline, and what answers rows as they come.

It has two of MLflow's flavors. `mlflow.sklearn.load_model` gives the Pipeline. `mlflow.pyfunc.load_model` and MLflow's
server load passage.tracking.served, from the numbers in models/NAME and the code that lie beside it.
"""

from importlib.metadata import version
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import mlflow
import yaml
from mlflow.models import Model as Logged
from mlflow.models import ModelSignature
from mlflow.pyfunc import CODE, DATA, MAIN
from mlflow.pyfunc import FLAVOR_NAME as PYFUNC

from passage.base import files
from passage.model.pipeline import pipeline
from passage.tracking import served
from passage.tracking.runs import TRUSTED
from passage.tracking.served import Served

# What it takes to load and serve the model that a run holds.
PACKAGES = (
    "mlflow",
    "numpy",
    "pandas",
    "pyarrow",
    "pydantic",
    "pyyaml",
    "ruamel.yaml",
    "scikit-learn",
    "scipy",
    "skops",
)
NUMBERS, SOURCES = "numbers", "passage.zip"
ROOMS = ("base", "params", "tables", "model", "association", "evaluation")
PASSAGE = Path(__file__).resolve().parents[1]


def save_model(path: str, mlflow_model: Logged, answering: Served, signature: ModelSignature | None = None) -> None:
    """Write a model to the folder `path`; mlflow.models.Model.log calls it by this name."""
    mlflow.sklearn.save_model(
        pipeline(answering.model),
        path,
        mlflow_model=mlflow_model,
        pip_requirements=[f"{package}=={version(package)}" for package in PACKAGES],
        serialization_format="skops",
        skops_trusted_types=TRUSTED,
        signature=signature,
    )
    fit = {key: answering.association[key] for key in ("confidence", "rows", "fit") if key in answering.association}
    for name, content in {**answering.model.contents(), served.ASSOCIATION: fit}.items():
        files.write_json(Path(path, NUMBERS, name), content)
    settings = yaml.safe_dump({answering.name: answering.settings.model_dump()}, allow_unicode=True)
    files.write_text(Path(path, NUMBERS, served.SETTINGS), settings)
    with ZipFile(Path(path, SOURCES), "w") as archive:
        archive.mkdir(PASSAGE.name)  # without it, Python does not find a package that has no __init__.py
        for source in sources():
            # Without the file's time, so that an archive of the same code has the same bytes.
            archive.writestr(ZipInfo(source.relative_to(PASSAGE.parent).as_posix()), source.read_bytes())
    environment = {key: mlflow_model.flavors[PYFUNC][key] for key in ("env", "python_version")}
    mlflow_model.add_flavor(PYFUNC, **environment, **{MAIN: served.__name__, DATA: NUMBERS, CODE: SOURCES})
    mlflow_model.save(str(Path(path, "MLmodel")))


def sources() -> list[Path]:
    """Return the files of this project that it takes to answer rows."""
    rooms = [source for room in ROOMS for source in sorted((PASSAGE / room).glob("*.py"))]
    return [*rooms, PASSAGE / "tracking/__init__.py", Path(served.__file__).resolve()]
