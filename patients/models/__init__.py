from patients.models.alerts import Allergy
from patients.models.patient import Patient

__all__ = ["Allergy", "Patient"]
