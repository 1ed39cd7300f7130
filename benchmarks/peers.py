"""What a user would pick instead of slakit for the whole job (`desk_job`), by name.

Each is written as one who knows the library well would write it, and is split into what it wants in
memory and the job itself, so that like is compared with like. The last is what nobody would pick: code for
this one desk and log, which shows how far the work can be pressed.
"""

from desk_job import Contestant
from peer_duckdb import DUCKDB_ASOF, DUCKDB_CALENDAR
from peer_numpy import NUMPY
from peer_pandas import PANDAS
from peer_polars import POLARS_ASOF, POLARS_SEARCH
from peer_python import PLAIN_LOOP

PEERS: dict[str, Contestant] = {
    "polars ASOF": POLARS_ASOF,
    "polars search_sorted": POLARS_SEARCH,
    "pandas and numpy": PANDAS,
    "DuckDB ASOF": DUCKDB_ASOF,
    "DuckDB calendar join": DUCKDB_CALENDAR,
    "plain Python loop": PLAIN_LOOP,
    "numpy, this job alone": NUMPY,
}
