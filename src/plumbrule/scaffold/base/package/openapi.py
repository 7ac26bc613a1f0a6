"""`python -m [[ package ]].openapi` prints the API's contract."""

import json
import sys

from [[ package ]].main import create_app
from [[ package ]].settings import Settings

if __name__ == "__main__":
    json.dump(create_app(Settings()).openapi(), sys.stdout, indent=2)
