"""LeNet5Classifier: the checks of scikit-learn, and its own promises."""
import pickle

import numpy as np
import pytest

pytest.importorskip("sklearn", reason="scikit-learn is not installed (Debian: python3-sklearn)")
from sklearn.datasets import load_digits
from sklearn.model_selection import cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

import lenet5
from lenet5.sklearn import LeNet5Classifier, _enlargement


# No check is excepted.
@parametrize_with_checks([LeNet5Classifier()])
def test_checks(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def parts():
    x, y = load_digits(return_X_y=True)
    return train_test_split(x, y, random_state=0)


def test_digits_of_sklearn(parts):
    x, x_test, y, y_test = parts
    classifier = LeNet5Classifier(random_state=0).fit(x, y)
    assert classifier.score(x_test, y_test) > 0.98
    assert classifier.image_shape_ == (8, 8) and classifier.value_range_ == (0, 16)
    assert len(classifier.history_) == classifier.model_.metadata.passes > 3
    probabilities = classifier.predict_proba(x_test)
    assert probabilities.shape == (len(x_test), 10) and np.allclose(probabilities.sum(axis=1), 1)
    assert np.array_equal(classifier.classes_[probabilities.argmax(axis=1)], classifier.predict(x_test))
    again = pickle.loads(pickle.dumps(classifier))
    assert np.array_equal(again.predict_proba(x_test), probabilities)


def test_labels_of_any_kind(parts):
    x, x_test, y, y_test = parts
    names = np.array(["even", "odd"])[y % 2]
    classifier = LeNet5Classifier(random_state=0).fit(x, names)
    assert list(classifier.classes_) == ["even", "odd"]
    assert classifier.score(x_test, np.array(["even", "odd"])[y_test % 2]) > 0.95


def test_pictures_of_28x28_are_what_the_library_sees(few):
    x, y = few
    flat = x.reshape(-1, 784)
    classifier = LeNet5Classifier(epochs=1, random_state=0).fit(flat, y)
    assert np.array_equal(classifier._pictures(flat.astype(float)), x)
    assert np.array_equal(classifier.predict(flat), classifier.model_.classify(x).digit)
    assert np.array_equal(classifier.predict(flat / 1.0), classifier.predict(flat))


def test_pipelines(parts):
    x, _, y, _ = parts
    inverted = make_pipeline(FunctionTransformer(lambda x: 16 - x), LeNet5Classifier(epochs=2, random_state=0))
    assert cross_val_score(inverted, x, y, cv=2).min() > 0.5


def test_threads_change_nothing(parts):
    x, x_test, y, _ = parts
    models = [LeNet5Classifier(epochs=1, random_state=3, n_jobs=n).fit(x, y).model_ for n in (1, 2, None)]
    assert bytes(models[0]) == bytes(models[1]) == bytes(models[2])


def test_enlargement():
    assert np.array_equal(_enlargement(28), np.eye(28))
    for size in (1, 2, 8, 27):
        matrix = _enlargement(size)
        assert np.allclose(matrix.sum(axis=1), 1) and matrix[0, 0] == matrix[-1, -1] == 1


@pytest.mark.parametrize(
    "options, reason",
    [
        ({"recipe": "nonesuch"}, "nonesuch"),
        ({"image_shape": (8, 7)}, "room for every feature"),
        ({"image_shape": (29, 8)}, "at most 28x28"),
        ({"epochs": 2000}, "2000"),
    ],
)
def test_wrong_parameters(parts, options, reason):
    with pytest.raises(ValueError, match=reason):
        LeNet5Classifier(**options).fit(parts[0], parts[2])


def test_too_much():
    generator = np.random.default_rng(0)
    with pytest.raises(ValueError, match="11 classes; LeNet-5 has 10"):
        LeNet5Classifier().fit(generator.random((22, 64)), np.arange(22) % 11)
    with pytest.raises(ValueError, match="785 features"):
        LeNet5Classifier().fit(generator.random((20, 785)), np.arange(20) % 2)
