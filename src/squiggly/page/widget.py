"""A lab as a live widget in a notebook, made with anywidget; squiggly imports that when a lab is shown, not before."""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from squiggly.errors import OptionError, SquigglyError
from squiggly.javascript import source
from squiggly.page.document import document
from squiggly.page.file import bundle, html
from squiggly.page.live import Stage, checked_points, checked_state

# What a front end without widgets shows of the widget's output: nothing. The output after it is the lab.
_ASIDE = "<!-- A live lab of squiggly: where no notebook runs, the next output shows it. -->"


def widget(stage: Stage) -> Any:
    """The widget of a lab, the same one each time. Raises OptionError where anywidget is not installed."""
    if stage.widget is None:
        try:
            made = _widget_class()
        except ImportError as error:
            raise OptionError(
                f"a live widget needs anywidget, which is not installed: {error}\n"
                "hint: pip install 'squiggly[notebook]'"
            ) from error
        stage.widget = made(stage)
    return stage.widget


def show(stage: Stage) -> None:
    """Show a lab as a cell's output: the widget, then the island that takes its place where no kernel runs.

    Two outputs, not one of two kinds: an exported notebook prefers the widget's kind and then fetches its player
    from the network. Raises NotImplementedError outside a notebook, upon which IPython prints the lab's name.
    """
    from IPython import get_ipython
    from IPython.display import publish_display_data

    from squiggly.page.island import island, picture

    if not hasattr(get_ipython(), "kernel"):
        raise NotImplementedError
    live = _live_output(stage)
    if live is not None:
        publish_display_data(*live)
    now = stage.now()
    drawn = picture(now)
    still = {} if drawn is None else {"image/png": drawn}
    html = island(now, stage.id if live is not None else "", drawn)
    publish_display_data({"text/html": html, "text/plain": repr(stage.lab), **still})


def shown_by_marimo(stage: Stage) -> Any:
    """What marimo shows of a lab: the widget, or the page where anywidget is not installed."""
    try:
        return widget(stage)
    except OptionError:
        from marimo import Html

        from squiggly.page.island import frame, title_of

        now = stage.now()
        return Html(frame(html(now), title_of(now)))


def _live_output(stage: Stage) -> tuple[dict[str, Any], dict[str, Any]] | None:
    try:
        made = widget(stage)._repr_mimebundle_()
    except OptionError:
        return None
    data, metadata = made if isinstance(made, tuple) else (made, {})
    kept = {kind: value for kind, value in data.items() if kind != "text/plain"}
    return {**kept, "text/html": _ASIDE}, metadata


def script(stage: Stage) -> str:
    """The widget's module: the page's script, the model as printed, and anywidget's way in."""
    way_in = "export default { render: (given) => squigglyLab.render(given, squigglyProgram) };"
    return f"{bundle(stage.lab.model, notebook=True)}\n{source(stage.lab.model)}\n{way_in}\n"


@cache
def _widget_class() -> Any:
    import anywidget
    import traitlets

    class LabWidget(anywidget.AnyWidget):  # type: ignore[misc]
        """The traits that the page and Python share: web/src/notebook.ts reads and writes the same."""

        lab = traitlets.Unicode().tag(sync=True)
        document = traitlets.Unicode().tag(sync=True)
        state = traitlets.Dict().tag(sync=True)
        points = traitlets.Dict().tag(sync=True)

        def __init__(self, stage: Stage) -> None:
            self._stage = stage
            super().__init__(
                lab=stage.id,
                document=json.dumps(document(stage.now()), allow_nan=False),
                state=stage.state,
                points=stage.points,
                _esm=script(stage),
            )

        @traitlets.validate("state")
        def _check_state(self, proposal: Any) -> Any:
            return _as_trait(checked_state, proposal["value"], self._stage.opened[0])

        @traitlets.validate("points")
        def _check_points(self, proposal: Any) -> Any:
            return _as_trait(checked_points, proposal["value"], len(self._stage.opened[0]["inputs"]))

        def set_state(self, sync_data: dict[str, Any]) -> None:
            """What the page sends, in one message; refused whole with a TraitError where any of it is wrong."""
            super().set_state(sync_data)
            self._stage.heard(self.state, self.points)

    return LabWidget


def _as_trait(check: Any, *given: Any) -> Any:
    """What the check makes of it; what it refuses becomes the error on which a widget keeps what it had."""
    import traitlets

    try:
        return check(*given)
    except SquigglyError as error:
        raise traitlets.TraitError(str(error)) from error
