"""`python -m bench AREA` measures one area; without AREA, each in turn."""

import sys
from importlib import import_module
from pkgutil import iter_modules

import bench


def areas() -> list[str]:
    """Return what can be measured: the modules here that are nobody's helper."""
    names = (module.name for module in iter_modules(bench.__path__))
    return sorted(name for name in names if not name.startswith("_"))


def main(arguments: list[str]) -> int:
    unknown = [name for name in arguments if name not in areas()]
    if unknown:
        print(f"No such area: {', '.join(unknown)}", file=sys.stderr)
        print(f"There is: {', '.join(areas())}", file=sys.stderr)
        return 2
    results = [import_module(f"bench.{name}").main() for name in arguments or areas()]
    return max(results, default=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
