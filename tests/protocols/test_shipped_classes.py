"""The allergy classes that are shipped, and that a clinic's own stay as they are."""

import pytest

from protocols import catalogue, shipped_classes
from protocols.models import AllergyClass, Product, Substance, SubstanceLimit

pytestmark = pytest.mark.django_db


def test_classes_are_shipped_and_no_drug():
    catalogue.load()

    assert AllergyClass.objects.count() == len(shipped_classes.CLASSES)
    assert AllergyClass.objects.get(name="ester local anaesthetics").cross_reacts
    assert not AllergyClass.objects.get(name="amide local anaesthetics").cross_reacts
    for model in (Substance, Product, SubstanceLimit):
        assert not model.objects.exists()


def test_loading_again_changes_nothing_that_the_clinic_has_made_of_it():
    AllergyClass.objects.create(name="FISH", also_called="cod", cross_reacts=False)
    catalogue.load()
    esters = AllergyClass.objects.get(catalogue_key="ester-anaesthetics")
    esters.name = "esters"
    esters.save()

    assert catalogue.load() == 0
    assert AllergyClass.objects.get(name="FISH").also_called == "cod"
    assert not AllergyClass.objects.filter(name="ester local anaesthetics").exists()
