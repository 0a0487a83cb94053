#!/bin/sh
# Serve the whole course as apps, without code, for a class: sh teaching/voila.sh [en|ru] [PORT]
# Each reader gets a kernel. There is no password: use it only in a trusted network.
set -e
lang=${1:-en} port=${2:-8866}
folder=$(python -c "from crrkit.lessons.lab import notebooks_path; print(notebooks_path() / '$lang')")
template=$(python -c "from crrkit.lessons.lab import _TEMPLATE; print(_TEMPLATE)")
JUPYTER_PATH=$template exec python -m voila --no-browser --template=crrkit --Voila.ip=0.0.0.0 --Voila.port="$port" \
    --HTMLExporter.language_code="$lang" "$folder"
