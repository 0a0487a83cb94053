#!/bin/sh
# The whole course as apps, without its code, for a class in one room: sh teaching/voila.sh [en|ru] [PORT]
# Each reader gets a kernel of their own. The page has no password: it is for a network of your own.
set -e
lang=${1:-en} port=${2:-8866}
folder=$(python -c "from crrkit.lessons.lab import notebooks_path; print(notebooks_path() / '$lang')")
template=$(python -c "from crrkit.lessons.lab import _TEMPLATE; print(_TEMPLATE)")
JUPYTER_PATH=$template exec python -m voila --no-browser --template=crrkit --Voila.ip=0.0.0.0 --Voila.port="$port" \
    --HTMLExporter.language_code="$lang" "$folder"
