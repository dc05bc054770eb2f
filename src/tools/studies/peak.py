"""Run a command; print its wall time (s) and the peak memory (bytes) of the largest process that it starts.

python src/tools/studies/peak.py COMMAND [ARGUMENT ...]

A process that is left behind counts, too (Linux: it becomes a child of this one), once the command has ended.
"""

import ctypes
import json
import os
import subprocess
import sys
import time

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h

if sys.platform == "linux":
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
started, wall, code, peak = time.perf_counter(), 0.0, 1, 0
process = subprocess.Popen(sys.argv[1:], stdout=sys.stderr)
while True:
    try:
        number, status, usage = os.wait4(-1, 0)
    except ChildProcessError:  # none is left
        break
    peak = max(peak, usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024))
    if number == process.pid:
        wall, code = time.perf_counter() - started, os.waitstatus_to_exitcode(status)
print(json.dumps([wall, peak]))
sys.exit(code)
