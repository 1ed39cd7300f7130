"""The documentation site: Sphinx with MyST and furo, built with warnings as errors.

sphinx-build -W -b html docs docs/_build/html
"""

from slakit import __version__

project = "slakit"
author = "the slakit maintainers"
release = version = __version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = f"slakit {version}"
exclude_patterns = ["_build"]
source_suffix = {".md": "markdown"}
myst_heading_anchors = 3
default_role = "code"
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autodoc_preserve_defaults = True
napoleon_use_ivar = True
suppress_warnings = ["myst.xref_missing"]
