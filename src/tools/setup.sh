#!/bin/sh
# Make .venv from a lock file, or bring it up to date: sh src/tools/setup.sh LOCK STAMP
# STAMP is touched when all went well. Its folder is this place's own: where it is missing, .venv is half-made or was
# moved here from elsewhere (its scripts point to the old place), and is made anew.
set -eu
lock=$1
stamp=$2
venv_python=.venv/bin/python

fail() {
    printf 'setup: %s\n' "$1" >&2
    exit 2
}

supported() {
    "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1
}

# Prints the interpreter behind the first that will do: python3 may be the one in the .venv that is about to go.
find_python() {
    for candidate in ${PYTHON:-python3 python3.13 python3.12 python3.11 python}; do
        if supported "$candidate"; then
            "$candidate" -c 'import sys; print(sys._base_executable)'
            return
        fi
    done
    fail "no Python 3.11, 3.12 or 3.13 found (looked for: ${PYTHON:-python3, python3.13, python3.12, python3.11, python}); install one, or name it: make setup PYTHON=/path/to/python3.12"
}

new_venv() {
    python=$(find_python)
    printf 'setup: making .venv with %s\n' "$("$python" --version)"
    "$python" -m venv --clear .venv >/dev/null ||
        fail "$python cannot make a virtual environment; on Debian and Ubuntu: apt install python3-venv"
}

# pip is slow but always there; uv, at the lock's version, does the rest in a third of the time.
bootstrap_uv() {
    wanted=$(sed -n 's/^uv==\([^ ;]*\).*/\1/p' "$lock")
    case "$(.venv/bin/uv --version 2>/dev/null || true)" in
    "uv $wanted"*) return ;;
    esac
    sed -n '/^uv==/,/[^\\]$/p' "$lock" >.venv/uv.lock
    "$venv_python" -m pip install --quiet --disable-pip-version-check --require-hashes -r .venv/uv.lock ||
        fail "cannot download uv; is the network there? What is done stays: call make again"
}

install() {
    printf 'setup: installing %s packages from %s\n' "$(grep -c '==' "$lock")" "$lock"
    [ -t 2 ] && quiet= || quiet=--quiet # in a terminal, uv shows how far it is
    .venv/bin/uv pip install $quiet --python "$venv_python" --require-hashes --compile-bytecode -r "$lock" ||
        fail "cannot install $lock; is the network there, and is there space on the disk? Call make again"
}

quiet_and_private() {
    cp src/tools/sitecustomize.py "$("$venv_python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')"
    "$venv_python" -c 'import matplotlib.font_manager' # which lists the fonts, once
}

# What .dvc/config names: DVC's own page loads Vega from the network, and stays white without one.
page_for_plots() {
    vega=$("$venv_python" -c 'import js_lib_vega_embed; print(*js_lib_vega_embed.__path__)')
    {
        printf '%s\n' '<!doctype html>' '<html lang="en">' '<meta charset="utf-8">' '<title>Plots</title>' '{refresh_tag}' '<script>'
        cat "$vega/static/js_lib_vega_embed/vega-embed-full.js"
        printf '%s\n' '</script>' '{plot_divs}' '</html>'
    } >.venv/plots.html
}

if [ -L .venv ]; then
    fail ".venv is a link, and what it leads to would be emptied or written into; remove the link, and call make again"
fi
if ! [ -d "${stamp%/*}" ] || ! supported "$venv_python"; then
    new_venv
fi
bootstrap_uv
install
quiet_and_private
page_for_plots
mkdir -p "${stamp%/*}"
touch "$stamp"
