"""/patients/: the patient's own page is in mesoclinic/urls.py."""

from django.urls import path

from patients import views

app_name = "patients"

urlpatterns = [
    path("", views.find, name="find"),
    path("quick/", views.quick, name="quick"),
    path("new/", views.register, name="register"),
    path("<patient:pk>/edit/", views.edit, name="edit"),
    path("<patient:pk>/allergies/", views.allergies, name="allergies"),
    path(
        "<patient:pk>/allergies/state/", views.allergies_state, name="allergies_state"
    ),
    path(
        "<patient:pk>/allergies/<id:allergy_pk>/close/",
        views.allergy_close,
        name="allergy_close",
    ),
]
