"""/protocols/: the lists that admins edit."""

from django.urls import path

from protocols import views

app_name = "protocols"

urlpatterns = [
    path("", views.protocols, name="list"),
    path("<id:pk>/draft/", views.draft_version, name="draft_version"),
    path("versions/<id:pk>/", views.version, name="version"),
    path("versions/<id:pk>/edit/", views.edit_version, name="edit_version"),
    path("versions/<id:pk>/publish/", views.publish_version, name="publish_version"),
    path("versions/<id:pk>/retire/", views.retire_version, name="retire_version"),
    path("indications/", views.indications, name="indications"),
    path("indications/new/", views.indication, name="indication_new"),
    path("indications/<id:pk>/", views.indication, name="indication"),
    path("indications/<id:pk>/retire/", views.retire_indication, name="retire"),
    path(
        "indications/<id:pk>/bring-back/",
        views.bring_back_indication,
        name="bring_back",
    ),
    path(
        "indications/<id:pk>/move/<way:way>/",
        views.reorder_indication,
        name="reorder_indication",
    ),
    path("groups/new/", views.group, name="group_new"),
    path("groups/<id:pk>/", views.group, name="group"),
    path("groups/<id:pk>/move/<way:way>/", views.reorder_group, name="reorder_group"),
]
