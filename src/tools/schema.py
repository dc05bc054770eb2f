"""Write params.schema.json, which lets an editor complete and check params.yaml."""

from passage import files, paths
from passage.params import Params


def main() -> None:
    """Write the JSON schema of params.yaml as the classes in passage.params have it."""
    files.write_json(paths.PARAMS_SCHEMA, Params.model_json_schema())
    print(f"wrote {paths.PARAMS_SCHEMA}")
