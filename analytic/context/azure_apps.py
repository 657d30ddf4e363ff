"""Which kind of program the client applications of Microsoft Entra are.

The application id stands in the token, so it goes before the user agent, which the caller writes freely. It says for
which program the token was issued; who holds a public client's token may carry it into another.

Sources: the ids and names are Microsoft's own, as Microsoft Learn publishes them ("Verify first-party Microsoft
applications in sign-in reports") and as they stand in every tenant's sign-in log; what kind of program each one is was
decided here. Only those that decide the interface are listed. Names may be written differently over the years: the id
counts.
"""

from typing import NamedTuple


class AzureApp(NamedTuple):
    """A client application: its display name, and the interface that is used through it.

    `browser` is a web application, `agent` a program installed on a person's device, `service` a server of Microsoft.
    """

    name: str
    interface: str


_CONSOLES = {
    "c44b4083-3bb0-49c1-b47d-974e53cbdf3c": "Azure Portal",
    "74658136-14ec-4630-ad9b-26e160ff0fc6": "ADIbizaUX",
    "00000006-0000-0ff1-ce00-000000000000": "Microsoft Office 365 Portal",
    "618dd325-23f6-4b6f-8380-4df78026e39b": "Microsoft 365 Admin portal",
    "497effe9-df71-4043-a8bb-14cf78c4b63b": "Exchange Admin Center",
    "80ccca67-54bd-44ab-8625-4b79c4dc7775": "Microsoft 365 Security and Compliance Center",
    "a3b79187-70b2-4139-83f9-6016c58cd27b": "WindowsDefenderATP Portal",
    "065d9450-1e87-434e-ac2f-69af271549ed": "Power Platform Admin Center",
    "835b2a73-6e10-4aa5-a979-21dfda45231c": "Azure Lab Services Portal",
    "d176f6e7-38e5-40c9-8a78-3998aab820e7": "Microsoft Online Syndication Partner Portal",
    "cb2ff863-7f30-4ced-ab89-a00194bcf6d9": "Azure AI Studio app",
    "2746ea77-4702-4b45-80ca-3c97e680e8b7": "Azure Data Explorer",
}
_CLOUD_SHELLS = {
    "2233b157-f44d-4812-b777-036cdaf9a96e": "Azure Cloud Shell",
    # The one that Cloud Shell's own token names, opened from the portal.
    "b677c290-cf4b-4a8e-a60e-91ba650a4abe": "AzurePortal Console App",
}
_CLIS = {
    "04b07795-8ddb-461a-bbee-02f9e1bf7b46": "Microsoft Azure CLI",
    "1950a258-227b-4e31-a9cf-717495945fc2": "Microsoft Azure PowerShell",
    "1b730954-1685-4b74-9bfd-dac224a7b894": "Azure Active Directory PowerShell",
    "14d82eec-204b-4c2f-b7e8-296a70dab67e": "Microsoft Graph Command Line Tools",
    "fb78d390-0c51-40cd-8e17-fdbfab77341b": "Microsoft Exchange REST API Based Powershell",
    "9bc3ab49-b65d-410a-85ad-de819febfddc": "Microsoft SharePoint Online Management Shell",
    "aad98258-6bb0-44ed-a095-21506dfb68fe": "Universal Print PS Module",
    "d5097d05-956f-4ae2-b6a2-eff25f5689b3": "Windows Update for Business Cloud Extensions PowerShell",
}
_DEVELOPER_TOOLS = {
    "aebc6443-996d-45c2-90f0-388ff96faa56": "Visual Studio Code",
    "04f0c124-f2bc-4f59-8241-bf6df9866bbd": "Visual Studio",
    "872cd9fa-d31f-45e0-9eab-6e460a02d1f1": "Visual Studio",
}
_IAC = {
    "a1bfe852-bf44-4da0-a9c1-37af2d5e6df9": "Microsoft Graph Bicep Extension",
}
_WEB = {
    "de8bc8b5-d9f9-48b1-a8ad-b748da725064": "Graph Explorer",
    "89bee1f7-5e6e-4d8a-9f3d-ecd601259da7": "Office365 Shell WCSS-Client",
    "4765445b-32c6-49b0-83e6-1d93765276ca": "OfficeHome",
    "4345a7b9-9a63-4910-a426-35363201d503": "O365 Suite UX",
    "9199bf20-a13f-4107-85dc-02114787ef48": "Outlook Web App Office 365",
    "5e3ce6c0-2b1f-4285-8d4b-75ee78787346": "Microsoft Teams Web Client",
    "e1829006-9cf1-4d05-8b48-2e665cb48e6a": "Microsoft Teams Web Client",
    "33be1cef-03fb-444b-8fd3-08ca1b4d803f": "OneDrive Web",
    "08e18876-6177-487e-b8b5-cf950c1e598c": "SharePoint Online Web Client Extensibility",
    "0000000c-0000-0000-c000-000000000000": "Microsoft App Access Panel",
    "19db86c3-b2b9-44cc-b339-36da233a3be2": "My Signins",
    "18fbca16-2224-45f6-85b0-f7bf2b39b3f3": "Microsoft Docs",
    "c9a559d2-7aab-4f13-a6ed-e7e9c52aec87": "Microsoft Forms",
    "cf53fce8-def6-4aeb-8d30-b158e7b1cf83": "Microsoft Stream Portal",
    "6204c1d1-4712-4c46-a7d9-3ed63d992682": "Microsoft Flow Portal",
    "ecd6b820-32c2-49b6-98a6-444530e5a77a": "Microsoft Edge",
}
_DEVICE_PROGRAMS = {
    "d3590ed6-52b3-4102-aeff-aad2292ab01c": "Microsoft Office",
    "1fec8e78-bce4-4aaf-ab1b-5451cc387264": "Microsoft Teams",
    "27922004-5251-4030-b22d-91ecd9a37ea4": "Outlook Mobile",
    "e9b154d0-7658-433b-bb25-6b8e0a8a7c59": "Outlook Lite",
    "ab9b8c07-8f02-4f72-87fa-80105867a763": "OneDrive SyncEngine",
    "b26aadf8-566f-4478-926f-589f601d9c74": "OneDrive",
    "0ec893e0-5785-4de6-99da-4ed124e5296c": "Office UWP PWA",
    "29d9ed98-a469-4536-ade2-f981bc1d605e": "Microsoft Authentication Broker",
    "4813382a-8fa7-425e-ab75-3b753aab3abb": "Microsoft Authenticator App",
    "9ba1a5c7-f17a-4de9-a1f1-6178c8d51223": "Microsoft Intune Company Portal",
    "38aa3b87-a06d-4817-b275-7a316988d93b": "Windows Hello for Business",
    "26a7ee05-5602-4d76-a7ba-eae8b7b67941": "Windows Search",
    "268761a2-03f3-40df-8a8b-c3db24145b6b": "Universal Store Native Client",
    "a40d7d7d-59aa-447e-a655-679a4107e548": "Accounts Control UI",
    "a85cf173-4192-42f8-81fa-777a763e6e2c": "Azure Virtual Desktop Client",
    "270efc09-cd0d-444b-a71f-39af4910ec45": "Windows Cloud Login",
    "cb1056e2-e479-49de-ae31-7812af012ed8": "Microsoft Azure Active Directory Connect",
}
_SERVICES = {
    "797f4846-ba00-4fd7-ba43-dac1f8f63013": "Azure Resource Manager",
    "509e4652-da8d-478d-a730-e9d4a1996ca4": "Azure Resource Graph",
    "fc75330b-179d-49af-87dd-3b1acf6827fa": "AzureAutomation",
    "abfa0a7c-a6b6-4736-8310-5855508787cd": "Microsoft Azure App Service",
    "8edd93e1-2103-40b4-bd70-6e34e586362d": "Windows Azure Security Resource Provider",
    "6dae42f8-4368-4678-94ff-3960e28e3630": "AKS server app ID",
    "022907d3-0f1b-48f7-badc-1ba6abab6d66": "Azure SQL Database",
    "00000002-0000-0000-c000-000000000000": "Windows Azure Active Directory",
    "00000003-0000-0000-c000-000000000000": "Microsoft Graph",
    "00000002-0000-0ff1-ce00-000000000000": "Office 365 Exchange Online",
    "00000003-0000-0ff1-ce00-000000000000": "Office 365 SharePoint Online",
    "0000001a-0000-0000-c000-000000000000": "MicrosoftAzureActiveAuthn",
    "05a65629-4c1b-48c1-a78b-804c4abdd4af": "Microsoft Cloud App Security",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe": "Microsoft Teams Services",
    "51be292c-a17e-4f17-9a7e-4b661fb16dd2": "Microsoft Exchange ProtectedServiceHost",
    "66a88757-258c-4c72-893c-3e8bed4d6899": "Office 365 Search Service",
    "60c8bde5-3167-4f92-8fdb-059f6176dc0f": "Enterprise Roaming and Backup",
}

APPS: dict[str, AzureApp] = {
    app_id: AzureApp(name, interface)
    for interface, apps in (
        ("console", _CONSOLES),
        ("cloud_shell", _CLOUD_SHELLS),
        ("cli", _CLIS),
        ("sdk", _DEVELOPER_TOOLS),
        ("iac", _IAC),
        ("browser", _WEB),
        ("agent", _DEVICE_PROGRAMS),
        ("service", _SERVICES),
    )
    for app_id, name in apps.items()
}
"""Application id, in lower case -> the application."""

# The names that a record without an id may give: those of consoles and tools, which Microsoft gives to one app each.
_BY_NAME = {
    app.name.lower(): app for app in APPS.values() if app.interface in ("console", "cloud_shell", "cli", "sdk", "iac")
}


def by_id(app_id: str) -> AzureApp | None:
    """Give the application of an id, in whichever case; None for one that does not decide the interface."""
    return APPS.get(app_id) or APPS.get(app_id.lower())


def by_name(name: str) -> AzureApp | None:
    """Give the console or tool of a display name. Any app may take such a name: it decides only without an id."""
    return _BY_NAME.get(name.lower())
