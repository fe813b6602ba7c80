"""Every address of the app. Each names its permission; see tests/test_access.py."""

from allauth.account import views as account
from django.urls import include, path

from mesoclinic import converters, views
from sessions.courses import views as courses
from sessions.courses.ahead import is_booked_ahead
from sessions.courses.stranded import stranded
from sessions.schedule.urls import clinic_urls

converters.register()

# Of allauth, only what a clinic uses: accounts are made by admins, so there is no
# sign-up, no e-mail confirmation and no reset by mail.
_accounts = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", account.signup, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/", account.password_change, name="account_change_password"),
    path("second-factor/", include("allauth.mfa.urls")),
]

# The timetable knows nothing of bookings; what it asks about them is handed in.
_clinic = clinic_urls(stranded=stranded, is_booked_ahead=is_booked_ahead)

urlpatterns = [
    path("", views.home, name="home"),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("favicon.ico", views.favicon, name="favicon"),
    path("accounts/", include(_accounts)),
    path("staff/", views.staff, name="staff"),
    path("staff/new/", views.staff_new, name="staff_new"),
    path("staff/<id:pk>/", views.staff_edit, name="staff_edit"),
    path("clinic/", include(_clinic)),
    path("audit/", views.audit_trail, name="audit"),
    path("protocols/", include("protocols.urls")),
    # The patient's page shows courses, so it stands on the floor that knows them.
    path("patients/<patient:pk>/", courses.patient_page, name="patient"),
    path("patients/", include("patients.urls")),
    path("", include("sessions.urls")),
]
