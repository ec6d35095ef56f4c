"""From the author's file to what students get: checked, proven, stripped, scanned, published whole or not at all."""

from tinytorch_lab.course.release.model import Fault, Released, ReleaseRefused
from tinytorch_lab.course.release.pipeline import release

__all__ = ["Fault", "ReleaseRefused", "Released", "release"]
