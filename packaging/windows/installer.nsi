; Installer for one user: no administrator, nothing outside the user's own folders. Called by build.sh from the root of
; the project. What the user recorded (visits, settings) is never removed.
Unicode true
!include "MUI2.nsh"

!define NAME "Solid Green"
!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\SolidGreen"
!define APP_PATH "Software\Microsoft\Windows\CurrentVersion\App Paths\solidgreen.exe"

Name "${NAME}"
OutFile "${OUTPUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
SetCompressor /SOLID lzma
ManifestDPIAware true

VIProductVersion "${VERSION_NUMBERS}"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "FileDescription" "${NAME} ${VERSION}, installer"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "MIT or Apache-2.0"

!define MUI_ICON "icons/solidgreen.ico"
!define MUI_UNICON "icons/solidgreen.ico"
!define MUI_FINISHPAGE_RUN "$INSTDIR\solidgreen.exe"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "Swedish"
!insertmacro MUI_LANGUAGE "Danish"

Section "install"
    SetShellVarContext current
    SetOutPath "$INSTDIR"
    ClearErrors
    File "/oname=solidgreen.exe" "${BINARY}"
    File "assets/fonts/OFL-Inter.txt"
    File "assets/fonts/OFL-JetBrainsMono.txt"
    File "packaging/THIRD-PARTY.txt"
    File "LICENSE-MIT"
    WriteUninstaller "$INSTDIR\uninstall.exe"

    CreateDirectory "$SMPROGRAMS\${NAME}"
    CreateShortcut "$SMPROGRAMS\${NAME}\${NAME}.lnk" "$INSTDIR\solidgreen.exe"
    CreateShortcut "$SMPROGRAMS\${NAME}\Demonstration.lnk" "$INSTDIR\solidgreen.exe" "demo"

    ; "solidgreen" in the Run box; PATH is left alone
    WriteRegStr HKCU "${APP_PATH}" "" "$INSTDIR\solidgreen.exe"

    WriteRegStr HKCU "${KEY}" "DisplayName" "${NAME}"
    WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\solidgreen.exe"
    WriteRegStr HKCU "${KEY}" "Publisher" "The Solid Green developers"
    WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${KEY}" "NoModify" 1
    WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
SectionEnd

Section "Uninstall"
    SetShellVarContext current
    ; only what was installed, never the whole folder: the user may have chosen one that holds more
    Delete "$INSTDIR\solidgreen.exe"
    Delete "$INSTDIR\OFL-Inter.txt"
    Delete "$INSTDIR\OFL-JetBrainsMono.txt"
    Delete "$INSTDIR\THIRD-PARTY.txt"
    Delete "$INSTDIR\LICENSE-MIT"
    Delete "$INSTDIR\uninstall.exe"
    RMDir "$INSTDIR"
    Delete "$SMPROGRAMS\${NAME}\${NAME}.lnk"
    Delete "$SMPROGRAMS\${NAME}\Demonstration.lnk"
    RMDir "$SMPROGRAMS\${NAME}"
    DeleteRegKey HKCU "${APP_PATH}"
    DeleteRegKey HKCU "${KEY}"
SectionEnd
