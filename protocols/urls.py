"""/protocols/: the lists that admins edit."""

from django.urls import include, path

from protocols import views
from protocols.views import leaflets, points

app_name = "protocols"

_questions = [
    path("versions/<id:pk>/questions/", views.questions, name="questions"),
    path("questions/<id:pk>/", views.question, name="question"),
    path("questions/<id:pk>/remove/", views.question_remove, name="question_remove"),
    path(
        "questions/<id:pk>/move/<way:way>/", views.question_move, name="question_move"
    ),
]

_formulary = [
    path("", views.formulary, name="formulary"),
    path("classes/", views.allergy_classes, name="allergy_classes"),
    path("classes/new/", views.allergy_class, name="allergy_class_new"),
    path("classes/<id:pk>/", views.allergy_class, name="allergy_class"),
    path("substances/new/", views.edit_substance, name="substance_new"),
    path("substances/<id:pk>/", views.substance, name="substance"),
    path("substances/<id:pk>/edit/", views.edit_substance, name="substance_edit"),
    path("substances/<id:pk>/limit/", views.limit_new, name="limit_new"),
    path("limits/<id:pk>/close/", views.limit_close, name="limit_close"),
    path("products/new/", views.edit_product, name="product_new"),
    path("products/<id:pk>/", views.product, name="product"),
    path("products/<id:pk>/edit/", views.edit_product, name="product_edit"),
    path("products/<id:pk>/withdraw/", views.withdraw_product, name="withdraw"),
    path("products/<id:pk>/bring-back/", views.bring_back_product, name="product_back"),
    path("lots/", views.lots, name="lots"),
    path("lots/new/", views.lot_new, name="lot_new"),
    path("lots/scan/", views.lot_scan, name="lot_scan"),
    path("lots/<id:pk>/", views.lot, name="lot"),
    path("lots/<id:pk>/correct/", views.lot_correct, name="lot_correct"),
    path("lots/<id:pk>/opened/", views.lot_opened, name="lot_opened"),
    path("lots/<id:pk>/used-up/", views.lot_used_up, name="lot_used_up"),
    path("lots/<id:pk>/restock/", views.lot_restock, name="lot_restock"),
    path("recipes/", views.recipes, name="recipes"),
    path("recipes/new/", views.edit_recipe, name="recipe_new"),
    path("recipes/<id:pk>/", views.recipe, name="recipe"),
    path("recipes/<id:pk>/edit/", views.edit_recipe, name="recipe_edit"),
    path("recipes/<id:pk>/retire/", views.retire_recipe, name="recipe_retire"),
    path("recipes/<id:pk>/bring-back/", views.bring_back_recipe, name="recipe_back"),
    path("pairs/", views.pairs, name="pairs"),
    path("pairs/judge/", views.pair, name="pair"),
]

_leaflets = [
    path("", leaflets.leaflets, name="leaflets"),
    path("new/", leaflets.leaflet_new, name="leaflet_new"),
    path("<id:pk>/", leaflets.leaflet, name="leaflet"),
    path("<id:pk>/edit/", leaflets.leaflet_edit, name="leaflet_edit"),
    path("<id:pk>/draft/", leaflets.leaflet_draft, name="leaflet_draft"),
    path("<id:pk>/approve/", leaflets.leaflet_approve, name="leaflet_approve"),
]

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
    path("indications/<id:pk>/points/", points.points, name="points"),
    path("indications/<id:pk>/points/new/", points.template_new, name="template_new"),
    path("points/<id:pk>/", points.template, name="template"),
    path("points/<id:pk>/retire/", points.retire_template, name="template_retire"),
    path("points/<id:pk>/back/", points.bring_back_template, name="template_back"),
    path("groups/new/", views.group, name="group_new"),
    path("groups/<id:pk>/", views.group, name="group"),
    path("groups/<id:pk>/move/<way:way>/", views.reorder_group, name="reorder_group"),
    *_questions,
    path("formulary/", include(_formulary)),
    path("leaflets/", include(_leaflets)),
]
