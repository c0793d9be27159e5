#!/bin/sh
# Makes the environment: finds a fitting Python, installs the locked dependencies, then this package, editable.
#
#   requirements/install.sh ENVIRONMENT [PYTHON]
#
# Needs nothing but sh and a Python: no uv, no pip on the path. An environment that was left half made is thrown
# away and made again; a whole one of an older lock file is brought up to date where it stands.
set -eu

env=$1
wanted=${2:-}
root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)
lock="$root/requirements/dev.txt"
oldest="3, 11"  # the bounds of requires-python in pyproject.toml, both included
newest="3, 14"
unfinished="$env.unfinished"  # beside the environment, so that clearing that does not remove it

say() { printf '%s\n' "$*" >&2; }

# Some commands named python3.12 only say that they would need 3.12: what counts is what answers when it is run.
fits() {
    "$1" -c "import sys; sys.exit(not ($oldest) <= sys.version_info[:2] <= ($newest))" >/dev/null 2>&1
}

can_make_environments() {
    "$1" -c "import ensurepip, venv" >/dev/null 2>&1
}

find_python() {
    without_venv=
    for candidate in ${wanted:-python3.11 python3.12 python3.13 python3.14 python3 python}; do
        fits "$candidate" || continue
        if can_make_environments "$candidate"; then
            python=$candidate
            return
        fi
        without_venv=${without_venv:-$candidate}
    done
    if [ -n "$without_venv" ]; then
        say "$without_venv fits, but cannot make environments: its venv module is missing."
        say "On Debian or Ubuntu: apt-get install python$(version_of "$without_venv")-venv; then run make again."
    elif [ -n "$wanted" ]; then
        say "PYTHON=$wanted is not a Python 3.11, 3.12, 3.13 or 3.14 that runs."
        say "Give another one (make PYTHON=/path/to/python3.11), or leave PYTHON out to have one looked for."
    else
        say "No fitting Python found. Python 3.11, 3.12, 3.13 or 3.14 is needed (tried python3.11 to python3.14,"
        say "python3 and python). Install one, or name it: make PYTHON=/path/to/python3.11"
    fi
    exit 2
}

version_of() {
    "$1" -c "import sys; print('%d.%d' % sys.version_info[:2])" 2>/dev/null
}

# Whole, of a fitting version (the wanted one, if one is), and made here: commands in a copied one run the original.
usable() {
    [ ! -e "$unfinished" ] && fits "$env/bin/python" && "$env/bin/python" -m pip --version >/dev/null 2>&1 &&
        grep -qF "$(cd "$env" && pwd -P)" "$env/bin/activate" &&
        { [ -z "$wanted" ] || [ "$(version_of "$wanted")" = "$(version_of "$env/bin/python")" ]; }
}

if ! usable; then
    find_python
    if [ -d "$env" ] && [ ! -e "$env/pyvenv.cfg" ] && [ ! -e "$unfinished" ] && [ -n "$(ls -A "$env")" ]; then
        say "$env is there and is no Python environment: move it away, then run make again."
        exit 2
    fi
    say "Making $env with Python $(version_of "$python") ($python)"
    : >"$unfinished"
    rm -rf "$env"
    "$python" -m venv "$env"
fi

: >"$unfinished"
rm -f "$env"/.installed-*
say "Installing $(grep -c '==' "$lock") locked packages (about 400 MB to fetch the first time)"
unset PYTHONPATH PYTHONHOME PIP_TARGET PIP_PREFIX PIP_USER || true
PIP_DISABLE_PIP_VERSION_CHECK=1
export PIP_DISABLE_PIP_VERSION_CHECK
"$env/bin/python" -m pip install --quiet --require-hashes --only-binary :all: --requirement "$lock"
rm -f "$unfinished"
# Quick and repeatable: when this fails, the next make tries it again without making the environment anew.
"$env/bin/python" -m pip install --quiet --no-index --no-build-isolation --no-deps --editable "$root"
