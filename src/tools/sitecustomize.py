"""What every Python of .venv does first: set-up copies this file into its site-packages.

MLflow has no file to switch its telemetry off in (DVC's switches are in .dvc/config). DVC keeps a working cache in a
folder that every user of the machine may write to, unless it is told otherwise; in .dvc/config it could only be told
an absolute path. matplotlib keeps its list of fonts in the home folder, which need not be there.

Importing packages, and DVC's reading and writing of dvc.lock, make many objects that stay; to look for garbage each
time that 700 are new takes a quarter of the time of the imports.
"""

import gc
import os
import sys

os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MPLCONFIGDIR", os.path.join(sys.prefix, "share", "matplotlib"))
os.environ.setdefault("DVC_SITE_CACHE_DIR", os.path.join(os.path.dirname(sys.prefix), ".dvc", "tmp", "site_cache"))
gc.set_threshold(50_000)
