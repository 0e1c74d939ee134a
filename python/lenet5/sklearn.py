"""LeNet-5 as a classifier of scikit-learn."""
from __future__ import annotations

import math
from typing import Any, Self

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_random_state
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import check_is_fitted

from ._model import CLASSES, Classification, Model
from ._training import RECIPES, train

__all__ = ["LeNet5Classifier"]

SIDE = 28
MIN_UPDATES = 1000  # of a training on few pictures; load_digits() needs a few hundred
MAX_EPOCHS = 1000
_KEPT = [np.float64, np.float32, np.uint8]  # types of X that are not converted


class LeNet5Classifier(ClassifierMixin, BaseEstimator):
    """LeNet-5, trained on the rows of X, each a picture.

    The features of a row are the pixels of a picture of up to 28x28, row by row from the top left; smaller pictures are
    enlarged. There are up to ten classes, of any labels.

    Parameters
    ----------
    recipe : str
        A name of `lenet5.RECIPES`.
    epochs : int or None
        None: those of the recipe; more for few pictures, until there are 1,000 updates.
    batch : int or None
        Pictures between two updates. None: the recipe's.
    image_shape : (int, int) or None
        Rows and columns of a picture. None: the smallest square that holds the features, filled up with paper.
    value_range : (float, float) or None
        The values of paper and of ink; values beyond are clipped. None: the least and the greatest value of the
        training.
    random_state : int, RandomState or None
        Selects the first weights and the order of the pictures.
    n_jobs : int or None
        Threads. None: 1; -1: as many as there are processors. The weights do not depend on it.

    Attributes
    ----------
    classes_ : the labels
    model_ : a `lenet5.Model`, whose classes are indices of classes_
    history_ : an `lenet5.Epoch` for each epoch
    image_shape_, value_range_, n_features_in_
    """

    def __init__(
        self,
        *,
        recipe: str = "fast",
        epochs: int | None = None,
        batch: int | None = None,
        image_shape: tuple[int, int] | None = None,
        value_range: tuple[float, float] | None = None,
        random_state: Any = None,
        n_jobs: int | None = None,
    ) -> None:
        self.recipe = recipe
        self.epochs = epochs
        self.batch = batch
        self.image_shape = image_shape
        self.value_range = value_range
        self.random_state = random_state
        self.n_jobs = n_jobs

    def fit(self, X: Any, y: Any) -> Self:
        X, y = self._validate_data(X, y, dtype=_KEPT)
        check_classification_targets(y)
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) > CLASSES:
            raise ValueError(f"{len(self.classes_)} classes; LeNet-5 has {CLASSES}")
        self.image_shape_ = self._choose_shape()
        self.value_range_ = self._choose_range(X)
        self.history_: list[Any] = []
        self.model_: Model = train(
            self._pictures(X),
            codes.astype(np.uint8),
            recipe=self.recipe,
            epochs=self._choose_epochs(len(X)),
            batch=self.batch or 0,
            seed=int(check_random_state(self.random_state).randint(2**31 - 1)),
            threads=self._threads(),
            without_drawn=True,
            data="fit of scikit-learn",
            progress=self.history_.append,
        )
        return self

    def predict(self, X: Any) -> Any:
        nearest = np.argmin(self._penalties(X), axis=1)
        return self.classes_[nearest]

    def predict_proba(self, X: Any) -> Any:
        """The probabilities of the classes, (n, classes), as if every picture were of one of them."""
        penalties = self._penalties(X)
        likelihood = np.exp(-self.model_.metadata.scale * (penalties - penalties.min(axis=1, keepdims=True)))
        return likelihood / likelihood.sum(axis=1, keepdims=True)

    def _penalties(self, X: Any) -> Any:
        """Those of the classes there are, in double precision."""
        check_is_fitted(self)
        X = self._validate_data(X, reset=False, dtype=_KEPT)
        answers: Classification = self.model_.classify(self._pictures(X), threads=self._threads())
        return answers.penalties[:, : len(self.classes_)].astype(np.float64)

    def _choose_shape(self) -> tuple[int, int]:
        if self.image_shape is not None:
            height, width = self.image_shape
        else:
            height = math.isqrt(self.n_features_in_ - 1) + 1
            width = -(-self.n_features_in_ // height)
        if not (0 < height <= SIDE and 0 < width <= SIDE and height * width >= self.n_features_in_):
            raise ValueError(
                f"X has {self.n_features_in_} features, a picture {height}x{width} pixels; it is at most {SIDE}x{SIDE}"
                " and has room for every feature"
            )
        return height, width

    def _choose_range(self, X: Any) -> tuple[float, float]:
        low, high = self.value_range if self.value_range is not None else (X.min(), X.max())
        return float(low), float(high)

    def _choose_epochs(self, pictures: int) -> int:
        if self.epochs is not None:
            return self.epochs
        recipe = RECIPES.get(self.recipe)
        if recipe is None:
            return 0  # train() names the recipes
        updates = -(-pictures // (self.batch or recipe.batch))
        return min(MAX_EPOCHS, max(recipe.epochs, -(-MIN_UPDATES // updates)))

    def _threads(self) -> int:
        return 1 if self.n_jobs is None else max(0, self.n_jobs)

    def _pictures(self, X: Any) -> Any:
        """The rows as uint8 of (n, 28, 28)."""
        height, width = self.image_shape_
        low, high = self.value_range_
        pixels = np.zeros((len(X), height * width))
        pixels[:, : X.shape[1]] = np.clip((X - low) / (high - low if high != low else 1), 0, 1)
        rows, columns = _enlargement(height), _enlargement(width)
        pictures = rows @ pixels.reshape(-1, height, width) @ columns.T
        return np.rint(255 * pictures).astype(np.uint8)





def _enlargement(size: int) -> Any:
    """The matrix (28, size) that interpolates size pixels linearly to 28; for 28 it is the identity."""
    places = np.clip((np.arange(SIDE) + 0.5) * size / SIDE - 0.5, 0, size - 1)
    return np.maximum(0, 1 - np.abs(places[:, None] - np.arange(size)))
