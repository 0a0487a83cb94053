"""The same by OpenRetailScience, given a pandas frame, as in a first trial."""

import sys

import pandas as pd
from by_openretailscience import write

source, result = sys.argv[1:]
write(pd.read_parquet(source), result)
