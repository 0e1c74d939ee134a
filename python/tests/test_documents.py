"""The Python of the documents and the notebook runs."""
import pathlib
import re

import pytest


ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = ["docs/how-to/use-python.md", "python/README.md"]
NOTEBOOK = "docs/notebooks/lenet5.ipynb"
NEEDED = {"lenet5.sklearn": "sklearn", "lenet5.torch": "torch"}


def blocks(document):
    """(line number, Python) of each fenced block."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for block in re.finditer(r"^```python\n(.*?)^```$", text, re.M | re.S):
        yield text.count("\n", 0, block.start()) + 2, block[1]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with what the documents name."""
    (tmp_path / "docs").symlink_to(ROOT / "docs")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("document", DOCUMENTS)
def test_document(document, folder):
    names = {}
    count = 0
    for line, source in blocks(document):
        for module, needed in NEEDED.items():
            if module in source:
                pytest.importorskip(needed, reason=f"{needed} is not installed (Debian: python3-{needed})")
        exec(compile("\n" * (line - 1) + source, document, "exec"), names)
        count += 1
    assert count > 0


def test_notebook(folder):
    for module in ("nbformat", "nbclient", "ipykernel", "sklearn"):
        pytest.importorskip(module, reason=f"{module} is not installed (Debian: python3-{module})")
    import nbclient
    import nbformat

    notebook = nbformat.read(ROOT / NOTEBOOK, as_version=4)
    nbformat.validate(notebook)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    assert sum(cell.cell_type == "code" for cell in notebook.cells) > 5
