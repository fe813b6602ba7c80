"""Recipes, and what goes together in one syringe."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import (
    require_http_methods,
    require_POST,
    require_safe,
)

from mesoclinic.access import ClinicRequest, require_permission
from mesoclinic.forms import collect_errors, render_form
from mesoclinic.roles import Permission
from protocols import actions
from protocols.forms import PairForm, RecipeForm
from protocols.models import Recipe
from protocols.shelves import pair_asked
from protocols.shelves import pairs as pairs_page
from protocols.views.buttons import done


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def recipes(request: ClinicRequest) -> HttpResponseBase:
    context = {
        "recipes": Recipe.objects.in_use().listed(),
        "retired": Recipe.objects.retired(),
    }
    return render(request, "protocols/recipes.html", context)


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def recipe(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Recipe.objects.listed(), pk=pk)
    return render(request, "protocols/recipe.html", {"recipe": row})


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def edit_recipe(request: ClinicRequest, pk: int | None = None) -> HttpResponseBase:
    """Add a recipe, or change one."""
    row = get_object_or_404(Recipe.objects.listed(), pk=pk) if pk else Recipe()
    form = RecipeForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        with collect_errors(form, by=request.user, event="recipe.saved"):
            saved = actions.save_recipe(row, by=request.user, **form.cleaned_data)
            messages.success(request, f"{saved.name} saved.")
            return redirect(saved)
    context = {"form": form, "recipe": row}
    return render_form(request, "protocols/recipe_form.html", context)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def retire_recipe(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Recipe, pk=pk)
    return done(request, actions.retire_recipe, row, row)


@require_POST
@require_permission(Permission.PROTOCOL_EDIT)
def bring_back_recipe(request: ClinicRequest, pk: int) -> HttpResponseBase:
    row = get_object_or_404(Recipe, pk=pk)
    return done(request, actions.bring_back_recipe, row, row)


@require_safe
@require_permission(Permission.PROTOCOL_VIEW)
def pairs(request: ClinicRequest) -> HttpResponseBase:
    return render(request, "protocols/pairs.html", pairs_page())


@require_http_methods(["GET", "HEAD", "POST"])
@require_permission(Permission.PROTOCOL_EDIT)
def pair(request: ClinicRequest) -> HttpResponseBase:
    """Say of two substances whether they go together."""
    asked = pair_asked(*(request.GET.get(n, "") for n in ("first", "second")))
    form = PairForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        said = dict(form.cleaned_data)
        one, other = said.pop("first"), said.pop("second")
        with collect_errors(form, by=request.user, event="pair.judged"):
            actions.judge_pair(one, other, by=request.user, **said)
            messages.success(request, f"{one} with {other}: saved.")
            return redirect("protocols:pairs")
    return render_form(request, "protocols/pair_form.html", {"form": form})
