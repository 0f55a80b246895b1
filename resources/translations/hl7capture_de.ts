<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AppearancePage</name>
    <message>
        <source>Appearance</source>
        <translation>Darstellung</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>Farben</translation>
    </message>
    <message>
        <source>Size of letters</source>
        <translation>Schriftgröße</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
</context>
<context>
    <name>Archive</name>
    <message>
        <source>There is no archive: the settings name none.</source>
        <translation>Es gibt kein Archiv: Die Einstellungen nennen keines.</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>Einstellungen…</translation>
    </message>
    <message>
        <source>The archive needs a part that is not installed: pip install hl7capture[archive]</source>
        <translation>Dem Archiv fehlt ein Teil, der nicht installiert ist: pip install hl7capture[archive]</translation>
    </message>
    <message>
        <source>{0} found, looking before {1}</source>
        <translation>{0} gefunden, suche vor {1}</translation>
    </message>
    <message>
        <source>{0} found, looking…</source>
        <translation>{0} gefunden, suche…</translation>
    </message>
    <message>
        <source>none found</source>
        <translation>keine gefunden</translation>
    </message>
    <message>
        <source>{0}, these are all</source>
        <translation>{0}, das sind alle</translation>
    </message>
    <message>
        <source>{0}, more below</source>
        <translation>{0}, weiter unten mehr</translation>
    </message>
    <message>
        <source>Archive away since {0}. {1}</source>
        <translation>Archiv fort seit {0}. {1}</translation>
    </message>
    <message>
        <source>This login sees the sessions of its own probe alone. GRANT hl7capture_reader shows it all.</source>
        <translation>Diese Anmeldung sieht nur die Sitzungen der eigenen Sonde. GRANT hl7capture_reader zeigt ihr alle.</translation>
    </message>
    <message>
        <source>The archive is empty.</source>
        <translation>Das Archiv ist leer.</translation>
    </message>
</context>
<context>
    <name>ArchiveMenu</name>
    <message>
        <source>Restore</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Brings them back into the sessions of this machine, as they were</source>
        <translation>Holt sie zu den Sitzungen dieses Rechners zurück, wie sie waren</translation>
    </message>
</context>
<context>
    <name>ArchiveNotices</name>
    <message>
        <source>Sessions that the archive does not take: {0}. They stay on this computer; the command “hl7capture archive status” says which they are, and why.</source>
        <translation>Sitzungen, die das Archiv nicht annimmt: {0}. Sie bleiben auf diesem Rechner; welche es sind und warum, sagt der Befehl „hl7capture archive status“.</translation>
    </message>
    <message>
        <source>{0}. {1} Capturing goes on; they are sent when it is back.</source>
        <translation>{0}. {1} Die Aufzeichnung läuft weiter; gesendet wird, sobald es wieder da ist.</translation>
    </message>
    <message>
        <source>Try now</source>
        <translation>Jetzt versuchen</translation>
    </message>
    <message numerus="yes">
        <source>Archive away since {0}, {1} session(s) waiting</source>
        <translation>
            <numerusform>Archiv fort seit {0}, {1} Sitzung wartet</numerusform>
            <numerusform>Archiv fort seit {0}, {1} Sitzungen warten</numerusform>
        </translation>
    </message>
    <message>
        <source>Archive …</source>
        <translation>Archiv …</translation>
    </message>
    <message>
        <source>Archive: {0} waiting</source>
        <translation>Archiv: {0} warten</translation>
    </message>
    <message>
        <source>Archive ✓</source>
        <translation>Archiv ✓</translation>
    </message>
    <message>
        <source>Archive: reading only</source>
        <translation>Archiv: nur lesen</translation>
    </message>
</context>
<context>
    <name>ArchivePage</name>
    <message>
        <source>Filter of the archive</source>
        <translation>Filter des Archivs</translation>
    </message>
    <message>
        <source>Filter the archive (Ctrl+F)</source>
        <translation>Archiv filtern (Strg+F)</translation>
    </message>
    <message>
        <source>The archive is searched</source>
        <translation>Das Archiv wird durchsucht</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>Aktualisieren</translation>
    </message>
    <message>
        <source>Read the archive anew (F5)</source>
        <translation>Das Archiv neu lesen (F5)</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Zurückholen</translation>
    </message>
    <message>
        <source>Brings the chosen sessions back into the sessions of this machine</source>
        <translation>Holt die gewählten Sitzungen zu den Sitzungen dieses Rechners zurück</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>Archiv</translation>
    </message>
    <message>
        <source>Address</source>
        <translation>Adresse</translation>
    </message>
    <message>
        <source>Test the connection</source>
        <translation>Verbindung prüfen</translation>
    </message>
    <message>
        <source>Password…</source>
        <translation>Kennwort …</translation>
    </message>
    <message>
        <source>Keep the password in the system&apos;s keyring</source>
        <translation>Das Kennwort im Schlüsselbund des Systems aufbewahren</translation>
    </message>
    <message>
        <source>{0} overrules what stands here.</source>
        <translation>{0} gilt anstelle dessen, was hier steht.</translation>
    </message>
    <message>
        <source>Connecting…</source>
        <translation>Verbinden …</translation>
    </message>
    <message>
        <source>Password of the archive</source>
        <translation>Kennwort des Archivs</translation>
    </message>
    <message>
        <source>It goes to the system&apos;s keyring; empty: forget it.</source>
        <translation>Es kommt in den Schlüsselbund des Systems; leer: es wird vergessen.</translation>
    </message>
    <message>
        <source>The keyring has it now.</source>
        <translation>Der Schlüsselbund hat es jetzt.</translation>
    </message>
</context>
<context>
    <name>ArchiveTable</name>
    <message>
        <source>Sessions of the archive</source>
        <translation>Sitzungen des Archivs</translation>
    </message>
</context>
<context>
    <name>Banner</name>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy this message</source>
        <translation>Diese Meldung kopieren</translation>
    </message>
    <message>
        <source>Close this message</source>
        <translation>Diese Meldung schließen</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Notice</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>und {0} weitere</translation>
    </message>
</context>
<context>
    <name>CapturePage</name>
    <message>
        <source>Capture</source>
        <translation>Mitschnitt</translation>
    </message>
    <message>
        <source>Where to listen</source>
        <translation>Wo mitgehört wird</translation>
    </message>
    <message>
        <source>Interface</source>
        <translation>Schnittstelle</translation>
    </message>
    <message>
        <source>chosen on the first page</source>
        <translation>auf der ersten Seite gewählt</translation>
    </message>
    <message>
        <source>Capture filter</source>
        <translation>Mitschnittfilter</translation>
    </message>
    <message>
        <source>Listen at start</source>
        <translation>Beim Start mithören</translation>
    </message>
    <message>
        <source>Show live traffic</source>
        <translation>Verkehr live zeigen</translation>
    </message>
    <message>
        <source>Raw packets</source>
        <translation>Rohe Pakete</translation>
    </message>
    <message>
        <source>Keep raw packets</source>
        <translation>Rohe Pakete aufheben</translation>
    </message>
    <message>
        <source>Raw packets, at most</source>
        <translation>Rohe Pakete, höchstens</translation>
    </message>
</context>
<context>
    <name>Capturing</name>
    <message>
        <source>Interface</source>
        <translation>Schnittstelle</translation>
    </message>
    <message>
        <source>Open captures</source>
        <translation>Mitschnitte öffnen</translation>
    </message>
    <message>
        <source>Open captures as one</source>
        <translation>Mitschnitte als einen öffnen</translation>
    </message>
    <message>
        <source>A capture is going on. Stop it (Ctrl+E) before you open a file.</source>
        <translation>Ein Mitschnitt läuft. Halten Sie ihn an (Strg+E), bevor Sie eine Datei öffnen.</translation>
    </message>
    <message>
        <source>Captures (*.pcap* *.cap *.dmp *.cap.* *.dmp.*);;All files (*)</source>
        <translation>Mitschnitte (*.pcap* *.cap *.dmp *.cap.* *.dmp.*);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Capture with administrator rights</source>
        <translation>Mit Administratorrechten mitschneiden</translation>
    </message>
    <message>
        <source>This user may not capture. The capture helper alone can be started with an administrator&apos;s rights, once; it gives them up as soon as it listens.</source>
        <translation>Dieser Benutzer darf nicht mitschneiden. Nur das Hilfsprogramm für den Mitschnitt kann einmalig mit Administratorrechten gestartet werden; es gibt sie ab, sobald es mithört.</translation>
    </message>
    <message>
        <source>on another machine</source>
        <translation>auf einem anderen Rechner</translation>
    </message>
    <message>
        <source> (down)</source>
        <translation> (inaktiv)</translation>
    </message>
    <message>
        <source>Try again</source>
        <translation>Erneut versuchen</translation>
    </message>
</context>
<context>
    <name>CleanUp</name>
    <message>
        <source>no session</source>
        <translation>keine Sitzung</translation>
    </message>
    <message>
        <source>sessions: {0}, {1}, from {2} to {3}</source>
        <translation>Sitzungen: {0}, {1}, vom {2} bis {3}</translation>
    </message>
</context>
<context>
    <name>CleanUpNotices</name>
    <message>
        <source>Cleaned up: {0}</source>
        <translation>Aufgeräumt: {0}</translation>
    </message>
    <message>
        <source>Expired sessions could not be deleted. {0}</source>
        <translation>Abgelaufene Sitzungen konnten nicht gelöscht werden. {0}</translation>
    </message>
    <message>
        <source>The disk is nearly full. Sessions that were deleted although the archive lacks them: {0}.</source>
        <translation>Die Platte ist fast voll. Sitzungen, die gelöscht wurden, obwohl sie im Archiv fehlen: {0}.</translation>
    </message>
    <message>
        <source>{0} No session is deleted until somebody says that the clock is right.</source>
        <translation>{0} Es wird keine Sitzung gelöscht, bis jemand bestätigt, dass die Uhr richtig geht.</translation>
    </message>
    <message>
        <source>The clock is right</source>
        <translation>Die Uhr geht richtig</translation>
    </message>
</context>
<context>
    <name>Closing</name>
    <message>
        <source>Sessions are not saved</source>
        <translation>Sitzungen sind nicht gespeichert</translation>
    </message>
    <message>
        <source>Sessions that could not be saved: {0}. When the window closes they are put aside in the system&apos;s folder for temporary files, and brought back at the next start, if nobody empties that folder before.</source>
        <translation>Sitzungen, die nicht gespeichert werden konnten: {0}. Beim Schließen des Fensters werden sie im Ordner für temporäre Dateien abgelegt und beim nächsten Start zurückgeholt, sofern niemand den Ordner vorher leert.</translation>
    </message>
    <message>
        <source>Put aside and close</source>
        <translation>Ablegen und schließen</translation>
    </message>
    <message>
        <source>Keep open</source>
        <translation>Offen lassen</translation>
    </message>
    <message>
        <source>Notes are not saved</source>
        <translation>Notizen sind nicht gespeichert</translation>
    </message>
    <message>
        <source>Notes that could not be saved: {0}. They are lost when the window closes.</source>
        <translation>Notizen, die nicht gespeichert werden konnten: {0}. Sie gehen beim Schließen des Fensters verloren.</translation>
    </message>
    <message>
        <source>Close without them</source>
        <translation>Ohne sie schließen</translation>
    </message>
</context>
<context>
    <name>Commands</name>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Clear</source>
        <translation>Leeren</translation>
    </message>
    <message>
        <source>Empty the list (Ctrl+L). Saved sessions stay on disk.</source>
        <translation>Liste leeren (Strg+L). Gespeicherte Sitzungen bleiben auf der Festplatte.</translation>
    </message>
    <message>
        <source>Open capture…</source>
        <translation>Mitschnitt öffnen …</translation>
    </message>
    <message>
        <source>Open captures as one…</source>
        <translation>Mitschnitte als einen öffnen …</translation>
    </message>
    <message>
        <source>Import sessions…</source>
        <translation>Sitzungen importieren …</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Remote interface…</source>
        <translation>Entfernte Schnittstelle …</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Welcome</source>
        <translation>Willkommen</translation>
    </message>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>Dashboard</source>
        <translation>Überblick</translation>
    </message>
    <message>
        <source>Dashboard (Ctrl+D)</source>
        <translation>Überblick (Strg+D)</translation>
    </message>
    <message>
        <source>Archive</source>
        <translation>Archiv</translation>
    </message>
    <message>
        <source>Try it: simulated analyzer</source>
        <translation>Ausprobieren: simuliertes Analysegerät</translation>
    </message>
    <message>
        <source>Refresh interfaces</source>
        <translation>Schnittstellen aktualisieren</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Mask patient data</source>
        <translation>Patientendaten verdecken</translation>
    </message>
    <message>
        <source>Larger letters</source>
        <translation>Größere Schrift</translation>
    </message>
    <message>
        <source>Smaller letters</source>
        <translation>Kleinere Schrift</translation>
    </message>
    <message>
        <source>Normal size</source>
        <translation>Normale Größe</translation>
    </message>
    <message>
        <source>Ladder and detail below the list</source>
        <translation>Ablauf und Details unter der Liste</translation>
    </message>
    <message>
        <source>Ladder and detail beside the list</source>
        <translation>Ablauf und Details neben der Liste</translation>
    </message>
    <message>
        <source>The list alone</source>
        <translation>Nur die Liste</translation>
    </message>
    <message>
        <source>Reset layout</source>
        <translation>Anordnung zurücksetzen</translation>
    </message>
    <message>
        <source>Log…</source>
        <translation>Protokoll …</translation>
    </message>
    <message>
        <source>About HL7 Capture</source>
        <translation>Über HL7 Capture</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Capture</source>
        <translation>&amp;Mitschnitt</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Layout</source>
        <translation>A&amp;nordnung</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Stopp</translation>
    </message>
    <message>
        <source>Resume</source>
        <translation>Fortsetzen</translation>
    </message>
</context>
<context>
    <name>Comparing</name>
    <message>
        <source>Compare: choose this message</source>
        <translation>Vergleichen: diese Nachricht wählen</translation>
    </message>
    <message>
        <source>Choose exactly two sessions to compare.</source>
        <translation>Wählen Sie genau zwei Sitzungen zum Vergleichen.</translation>
    </message>
    <message>
        <source>Compare with the chosen message</source>
        <translation>Mit der gewählten Nachricht vergleichen</translation>
    </message>
    <message>
        <source>Compare with {0}</source>
        <translation>Mit {0} vergleichen</translation>
    </message>
    <message>
        <source>Session {0} has no message that could be compared.</source>
        <translation>Sitzung {0} hat keine Nachricht, die sich vergleichen ließe.</translation>
    </message>
</context>
<context>
    <name>Comparison</name>
    <message>
        <source>changed</source>
        <translation>geändert</translation>
    </message>
    <message>
        <source>added</source>
        <translation>hinzugekommen</translation>
    </message>
    <message>
        <source>removed</source>
        <translation>weggefallen</translation>
    </message>
    <message>
        <source>same</source>
        <translation>gleich</translation>
    </message>
    <message>
        <source>ignored</source>
        <translation>ausgelassen</translation>
    </message>
</context>
<context>
    <name>ComparisonModel</name>
    <message>
        <source>Difference</source>
        <translation>Unterschied</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>First message</source>
        <translation>Erste Nachricht</translation>
    </message>
    <message>
        <source>Second message</source>
        <translation>Zweite Nachricht</translation>
    </message>
</context>
<context>
    <name>ComparisonWindow</name>
    <message>
        <source>HL7 Capture – comparison</source>
        <translation>HL7 Capture – Vergleich</translation>
    </message>
    <message>
        <source>First message</source>
        <translation>Erste Nachricht</translation>
    </message>
    <message>
        <source>Second message</source>
        <translation>Zweite Nachricht</translation>
    </message>
    <message>
        <source>&amp;Only differences</source>
        <translation>&amp;Nur Unterschiede</translation>
    </message>
    <message>
        <source>Fields of both messages</source>
        <translation>Felder beider Nachrichten</translation>
    </message>
    <message>
        <source>Next difference</source>
        <translation>Nächster Unterschied</translation>
    </message>
    <message>
        <source>Previous difference</source>
        <translation>Voriger Unterschied</translation>
    </message>
    <message>
        <source>Copy rows</source>
        <translation>Zeilen kopieren</translation>
    </message>
    <message>
        <source>Copy as text</source>
        <translation>Als Text kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Fields that are left out</source>
        <translation>Felder, die ausgelassen werden</translation>
    </message>
    <message>
        <source>&amp;Ignore</source>
        <translation>&amp;Auslassen</translation>
    </message>
    <message>
        <source>Comparing…</source>
        <translation>Wird verglichen …</translation>
    </message>
    <message>
        <source>Comparing did not work: something went wrong inside the program.</source>
        <translation>Das Vergleichen ist misslungen: Im Programm ist etwas schiefgegangen.</translation>
    </message>
    <message>
        <source>They mean the same.</source>
        <translation>Beide bedeuten dasselbe.</translation>
    </message>
    <message>
        <source>Places that differ: {0}</source>
        <translation>Unterschiedliche Stellen: {0}</translation>
    </message>
    <message>
        <source>Difference {0} of {1}</source>
        <translation>Unterschied {0} von {1}</translation>
    </message>
</context>
<context>
    <name>ConnectionView</name>
    <message>
        <source>Connection</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>LIS</source>
        <translation>LIS</translation>
    </message>
    <message>
        <source>Its facts are known when the session has ended</source>
        <translation>Ihre Daten sind bekannt, wenn die Sitzung beendet ist</translation>
    </message>
    <message>
        <source>The session was kept by a version that did not note the facts of connections</source>
        <translation>Die Sitzung stammt von einer Version, die keine Daten der Verbindungen festhielt</translation>
    </message>
</context>
<context>
    <name>DashboardPage</name>
    <message>
        <source>Dashboard</source>
        <translation>Überblick</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeitraum</translation>
    </message>
    <message>
        <source>Live: last 5 minutes</source>
        <translation>Live: letzte 5 Minuten</translation>
    </message>
    <message>
        <source>Last hour</source>
        <translation>Letzte Stunde</translation>
    </message>
    <message>
        <source>Last day</source>
        <translation>Letzter Tag</translation>
    </message>
    <message>
        <source>Last 7 days</source>
        <translation>Letzte 7 Tage</translation>
    </message>
    <message>
        <source>Last 30 days</source>
        <translation>Letzte 30 Tage</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Link</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>All links</source>
        <translation>Alle Verbindungen</translation>
    </message>
    <message>
        <source>Message type</source>
        <translation>Nachrichtentyp</translation>
    </message>
    <message>
        <source>All messages but ACK</source>
        <translation>Alle Nachrichten außer ACK</translation>
    </message>
    <message>
        <source>Show its sessions</source>
        <translation>Ihre Sitzungen zeigen</translation>
    </message>
    <message>
        <source>The sessions of the chosen link (Enter)</source>
        <translation>Die Sitzungen der gewählten Verbindung (Eingabe)</translation>
    </message>
    <message>
        <source>How far the past is counted</source>
        <translation>Wie weit die Vergangenheit gezählt ist</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>No link has been heard yet. Start listening (Ctrl+E), or try the simulated analyzer in the menu.</source>
        <translation>Es wurde noch keine Verbindung gehört. Beginnen Sie mitzuhören (Strg+E), oder probieren Sie das simulierte Analysegerät im Menü aus.</translation>
    </message>
    <message>
        <source>Reading sessions on disk</source>
        <translation>Sitzungen auf der Festplatte werden gelesen</translation>
    </message>
    <message>
        <source>{0} to {1}: messages {2}; latency p50 {3}, p95 {4}; {5}</source>
        <translation>{0} bis {1}: Nachrichten {2}; Antwortzeit p50 {3}, p95 {4}; {5}</translation>
    </message>
    <message>
        <source>Nothing was heard in this time. Choose a longer time, or another link or message type.</source>
        <translation>In diesem Zeitraum wurde nichts gehört. Wählen Sie einen längeren Zeitraum, eine andere Verbindung oder einen anderen Nachrichtentyp.</translation>
    </message>
    <message>
        <source>1 message</source>
        <translation>1 Nachricht</translation>
    </message>
    <message>
        <source>{0} messages</source>
        <translation>{0} Nachrichten</translation>
    </message>
    <message>
        <source>{0}, {1} on average; latency p50 {2}, p95 {3}; {4}</source>
        <translation>{0}, im Mittel {1}; Antwortzeit p50 {2}, p95 {3}; {4}</translation>
    </message>
    <message>
        <source> and {0} more</source>
        <translation> und {0} weitere</translation>
    </message>
    <message>
        <source>1 error</source>
        <translation>1 Fehler</translation>
    </message>
    <message>
        <source>{0} errors</source>
        <translation>{0} Fehler</translation>
    </message>
    <message>
        <source>1 warning</source>
        <translation>1 Warnung</translation>
    </message>
    <message>
        <source>{0} warnings</source>
        <translation>{0} Warnungen</translation>
    </message>
    <message>
        <source>1 note</source>
        <translation>1 Hinweis</translation>
    </message>
    <message>
        <source>{0} notes</source>
        <translation>{0} Hinweise</translation>
    </message>
</context>
<context>
    <name>DeidentificationReport</name>
    <message>
        <source>De-identified export</source>
        <translation>Pseudonymisierter Export</translation>
    </message>
    <message>
        <source>Values replaced: {0}, in {1} sessions. What stays, and why, is in docs/privacy.md; look at the file before you give it away.</source>
        <translation>Ersetzte Werte: {0}, Sitzungen: {1}. Was bleibt, und warum, steht in docs/privacy.md; sehen Sie die Datei durch, bevor Sie sie weitergeben.</translation>
    </message>
    <message>
        <source>What was replaced, by place</source>
        <translation>Was ersetzt wurde, nach Stellen</translation>
    </message>
</context>
<context>
    <name>Deleting</name>
    <message>
        <source>Undo deletion</source>
        <translation>Löschen rückgängig machen</translation>
    </message>
    <message>
        <source>Not deleted, for the output folder was changed before: sessions: {0}.</source>
        <translation>Nicht gelöscht, weil der Ausgabeordner vorher gewechselt wurde: Sitzungen: {0}.</translation>
    </message>
    <message>
        <source>1 session deleted.</source>
        <translation>1 Sitzung gelöscht.</translation>
    </message>
    <message>
        <source>{0} sessions deleted.</source>
        <translation>{0} Sitzungen gelöscht.</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>Rückgängig</translation>
    </message>
    <message>
        <source>Delete sessions</source>
        <translation>Sitzungen löschen</translation>
    </message>
    <message>
        <source>Delete {0} sessions?</source>
        <translation>{0} Sitzungen löschen?</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
</context>
<context>
    <name>Desktop</name>
    <message>
        <source>It goes on in the tray. “Quit” there, or in the menu, ends it.</source>
        <translation>Das Programm läuft im Infobereich weiter. „Beenden“ dort oder im Menü beendet es.</translation>
    </message>
    <message>
        <source>Something went wrong. The window says what.</source>
        <translation>Etwas ist schiefgegangen. Das Fenster sagt, was.</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Startet …</translation>
    </message>
    <message>
        <source>Listening on {0}, sessions: {1}</source>
        <translation>Hört mit an {0}, Sitzungen: {1}</translation>
    </message>
    <message>
        <source>Paused on {0}, sessions: {1}</source>
        <translation>Pausiert an {0}, Sitzungen: {1}</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Hält an …</translation>
    </message>
    <message>
        <source>{0}; something went wrong</source>
        <translation>{0}; etwas ist schiefgegangen</translation>
    </message>
    <message>
        <source>Reading {0}, sessions: {1}</source>
        <translation>Liest {0}, Sitzungen: {1}</translation>
    </message>
    <message>
        <source>and {0} more</source>
        <translation>und {0} weitere</translation>
    </message>
    <message>
        <source>HL7 Capture: findings</source>
        <translation>HL7 Capture: Auffälligkeiten</translation>
    </message>
    <message>
        <source>The start with the login could not be changed: {0}.</source>
        <translation>Der Start bei der Anmeldung konnte nicht geändert werden: {0}.</translation>
    </message>
</context>
<context>
    <name>DesktopPage</name>
    <message>
        <source>Desktop</source>
        <translation>Desktop</translation>
    </message>
    <message>
        <source>While it runs</source>
        <translation>Während es läuft</translation>
    </message>
    <message>
        <source>None</source>
        <translation>Keine</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Nur Fehler</translation>
    </message>
    <message>
        <source>Errors and warnings</source>
        <translation>Fehler und Warnungen</translation>
    </message>
    <message>
        <source>Notify findings</source>
        <translation>Auffälligkeiten melden</translation>
    </message>
    <message>
        <source>Close to the tray</source>
        <translation>In den Infobereich schließen</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Start with the login</source>
        <translation>Bei der Anmeldung starten</translation>
    </message>
    <message>
        <source>Start minimised</source>
        <translation>Minimiert starten</translation>
    </message>
</context>
<context>
    <name>Detail</name>
    <message>
        <source>ENQ ({0}): asks whether the other side is ready to receive</source>
        <translation>ENQ ({0}): fragt, ob die Gegenseite empfangsbereit ist</translation>
    </message>
    <message>
        <source>ACK ({0}): accepts what came before</source>
        <translation>ACK ({0}): quittiert, was davor kam</translation>
    </message>
    <message>
        <source>NAK ({0}): refuses what came before</source>
        <translation>NAK ({0}): weist zurück, was davor kam</translation>
    </message>
    <message>
        <source>EOT ({0}): ends the transfer</source>
        <translation>EOT ({0}): beendet die Übertragung</translation>
    </message>
    <message>
        <source>Bytes that fit no block, frame or control byte</source>
        <translation>Bytes, die zu keinem Block, Rahmen oder Steuerbyte passen</translation>
    </message>
    <message>
        <source>This message was cut; Hex shows what was seen of it</source>
        <translation>Diese Nachricht ist abgeschnitten; Hex zeigt, was von ihr zu sehen war</translation>
    </message>
    <message>
        <source>This frame is part of no message</source>
        <translation>Dieser Rahmen gehört zu keiner Nachricht</translation>
    </message>
    <message>
        <source>cut: its end was never seen</source>
        <translation>abgeschnitten: das Ende war nie zu sehen</translation>
    </message>
    <message>
        <source>bytes before, in or after it are missing in the capture</source>
        <translation>davor, darin oder danach fehlen Bytes im Mitschnitt</translation>
    </message>
    <message>
        <source>its checksum is wrong</source>
        <translation>die Prüfsumme ist falsch</translation>
    </message>
    <message>
        <source>it has no checksum</source>
        <translation>es gibt keine Prüfsumme</translation>
    </message>
    <message>
        <source>the same frame was sent again</source>
        <translation>derselbe Rahmen wurde erneut gesendet</translation>
    </message>
    <message>
        <source>its frame number is missing, or not the next one</source>
        <translation>die Rahmennummer fehlt oder ist nicht die nächste</translation>
    </message>
    <message>
        <source>its block has no 0B at its beginning</source>
        <translation>am Anfang des Blocks fehlt 0B</translation>
    </message>
    <message>
        <source>LF stands behind its last 1C or CR</source>
        <translation>hinter dem letzten 1C oder CR steht LF</translation>
    </message>
    <message>
        <source>its block begins with more than one 0B</source>
        <translation>der Block beginnt mit mehr als einem 0B</translation>
    </message>
    <message>
        <source>its block ends with more than one 1C</source>
        <translation>der Block endet mit mehr als einem 1C</translation>
    </message>
    <message>
        <source>its segments end in LF or CR LF instead of CR</source>
        <translation>die Segmente enden mit LF oder CR LF statt mit CR</translation>
    </message>
    <message>
        <source>nothing frames it: no 0B before it, no 1C behind it</source>
        <translation>nichts rahmt es ein: kein 0B davor, kein 1C dahinter</translation>
    </message>
    <message>
        <source>its block ends at 1C, without the CR after it</source>
        <translation>der Block endet mit 1C, ohne CR danach</translation>
    </message>
    <message>
        <source>No character set is named; the message is read as {0}</source>
        <translation>Kein Zeichensatz ist genannt; die Nachricht wird als {0} gelesen</translation>
    </message>
    <message>
        <source>MSH-18 names {1}, which is not known here; it is read as {0}</source>
        <translation>MSH-18 nennt {1}, das hier unbekannt ist; gelesen wird als {0}</translation>
    </message>
    <message>
        <source>MSH-18 names {1}, which its bytes do not fit; it is read as {0}</source>
        <translation>MSH-18 nennt {1}, wozu die Bytes nicht passen; gelesen wird als {0}</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>Einzelheiten</translation>
    </message>
    <message>
        <source>Fields</source>
        <translation>Felder</translation>
    </message>
    <message>
        <source>Text</source>
        <translation>Text</translation>
    </message>
    <message>
        <source>Hex</source>
        <translation>Hex</translation>
    </message>
    <message>
        <source>Connection</source>
        <translation>Verbindung</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>Auffälligkeiten</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>Vergleichen</translation>
    </message>
    <message>
        <source>Choose an arrow of the ladder</source>
        <translation>Wählen Sie einen Pfeil im Ablauf</translation>
    </message>
    <message>
        <source>Notes •</source>
        <translation>Notizen •</translation>
    </message>
    <message>
        <source>Notes</source>
        <translation>Notizen</translation>
    </message>
    <message>
        <source>There is a note</source>
        <translation>Es gibt eine Notiz</translation>
    </message>
    <message>
        <source>The message is still being put together</source>
        <translation>Die Nachricht wird noch zusammengesetzt</translation>
    </message>
    <message>
        <source>The message was never finished</source>
        <translation>Die Nachricht wurde nie beendet</translation>
    </message>
</context>
<context>
    <name>DocumentSaving</name>
    <message>
        <source>Save document</source>
        <translation>Dokument speichern</translation>
    </message>
    <message>
        <source>Saved {0} bytes as {1}.</source>
        <translation>{0} Bytes gespeichert als {1}.</translation>
    </message>
    <message>
        <source>The document was not saved: {0}. Choose another folder.</source>
        <translation>Das Dokument wurde nicht gespeichert: {0}. Wählen Sie einen anderen Ordner.</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export sessions: {0}</source>
        <translation>Sitzungen exportieren: {0}</translation>
    </message>
    <message>
        <source>Messages (.hl7)</source>
        <translation>Nachrichten (.hl7)</translation>
    </message>
    <message>
        <source>Session documents, one a line (.json)</source>
        <translation>Sitzungsdokumente, eines je Zeile (.json)</translation>
    </message>
    <message>
        <source>Table, one row an element (.csv)</source>
        <translation>Tabelle, eine Zeile je Element (.csv)</translation>
    </message>
    <message>
        <source>Packets, made again, for Wireshark (.pcap)</source>
        <translation>Pakete, neu gebildet, für Wireshark (.pcap)</translation>
    </message>
    <message>
        <source>A file for &amp;each session, in a folder</source>
        <translation>&amp;Eine Datei je Sitzung, in einem Ordner</translation>
    </message>
    <message>
        <source>&amp;De-identify: pseudonyms instead of patients&apos; data</source>
        <translation>&amp;Pseudonymisieren: Pseudonyme statt Patientendaten</translation>
    </message>
    <message>
        <source>Keep &amp;times (but of birth and death)</source>
        <translation>&amp;Zeiten behalten (außer Geburt und Tod)</translation>
    </message>
    <message>
        <source>Keep &amp;IP addresses</source>
        <translation>&amp;IP-Adressen behalten</translation>
    </message>
    <message>
        <source>&amp;Browse…</source>
        <translation>&amp;Durchsuchen …</translation>
    </message>
    <message>
        <source>&amp;Format</source>
        <translation>&amp;Format</translation>
    </message>
    <message>
        <source>&amp;Place</source>
        <translation>&amp;Ort</translation>
    </message>
    <message>
        <source>Export</source>
        <translation>Exportieren</translation>
    </message>
</context>
<context>
    <name>FieldsModel</name>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>Type</source>
        <translation>Typ</translation>
    </message>
    <message>
        <source>Value</source>
        <translation>Wert</translation>
    </message>
    <message>
        <source>Meaning</source>
        <translation>Bedeutung</translation>
    </message>
    <message>
        <source>HL7 table {0}</source>
        <translation>HL7-Tabelle {0}</translation>
    </message>
</context>
<context>
    <name>FieldsSearch</name>
    <message>
        <source>Search in this message (Ctrl+Shift+F)</source>
        <translation>In dieser Nachricht suchen (Strg+Umschalt+F)</translation>
    </message>
    <message>
        <source>Search in this message</source>
        <translation>In dieser Nachricht suchen</translation>
    </message>
    <message>
        <source>Previous place (Shift+Enter)</source>
        <translation>Vorige Stelle (Umschalt+Eingabe)</translation>
    </message>
    <message>
        <source>Next place (Enter)</source>
        <translation>Nächste Stelle (Eingabe)</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message>
        <source>nothing found</source>
        <translation>nichts gefunden</translation>
    </message>
</context>
<context>
    <name>FieldsView</name>
    <message>
        <source>Fields</source>
        <translation>Felder</translation>
    </message>
    <message>
        <source>Show empty fields</source>
        <translation>Leere Felder zeigen</translation>
    </message>
    <message>
        <source>The message is being taken apart…</source>
        <translation>Die Nachricht wird zerlegt …</translation>
    </message>
    <message>
        <source>Copy value</source>
        <translation>Wert kopieren</translation>
    </message>
    <message>
        <source>Copy value de-identified</source>
        <translation>Wert pseudonymisiert kopieren</translation>
    </message>
    <message>
        <source>Copy field path</source>
        <translation>Feldpfad kopieren</translation>
    </message>
    <message>
        <source>Copy line</source>
        <translation>Zeile kopieren</translation>
    </message>
    <message>
        <source>Filter by this field</source>
        <translation>Nach diesem Feld filtern</translation>
    </message>
    <message>
        <source>Save document…</source>
        <translation>Dokument speichern …</translation>
    </message>
    <message>
        <source>Expand all</source>
        <translation>Alles aufklappen</translation>
    </message>
    <message>
        <source>Expand all below</source>
        <translation>Alles darunter aufklappen</translation>
    </message>
    <message>
        <source>Collapse all</source>
        <translation>Alles zuklappen</translation>
    </message>
</context>
<context>
    <name>FilterBox</name>
    <message>
        <source>Filter</source>
        <translation>Filter</translation>
    </message>
    <message>
        <source>Filter (Ctrl+F)</source>
        <translation>Filter (Strg+F)</translation>
    </message>
    <message>
        <source>Words that must all be found, or conditions: device = 10.0.0.5 and type = ORU and PID-3.1 ~ &quot;4711&quot;
Ctrl+Space says what could be typed.</source>
        <translation>Wörter, die alle vorkommen müssen, oder Bedingungen: device = 10.0.0.5 and type = ORU and PID-3.1 ~ &quot;4711&quot;
Strg+Leertaste zeigt, was man schreiben kann.</translation>
    </message>
</context>
<context>
    <name>FilterBy</name>
    <message>
        <source>Device {0}</source>
        <translation>Gerät {0}</translation>
    </message>
    <message>
        <source>LIS {0}</source>
        <translation>LIS {0}</translation>
    </message>
    <message>
        <source>Framing {0}</source>
        <translation>Rahmung {0}</translation>
    </message>
    <message>
        <source>Message type {0}</source>
        <translation>Nachrichtentyp {0}</translation>
    </message>
    <message>
        <source>Finding {0}</source>
        <translation>Auffälligkeit {0}</translation>
    </message>
    <message>
        <source>Link {0} → {1}</source>
        <translation>Verbindung {0} → {1}</translation>
    </message>
</context>
<context>
    <name>FilterReading</name>
    <message>
        <source>Filtering: reading sessions</source>
        <translation>Filter: Sitzungen werden gelesen</translation>
    </message>
</context>
<context>
    <name>Filtering</name>
    <message>
        <source>{0} match</source>
        <translation>{0} passend</translation>
    </message>
</context>
<context>
    <name>FindingCard</name>
    <message>
        <source>… and {0} more elements</source>
        <translation>… und {0} weitere Elemente</translation>
    </message>
</context>
<context>
    <name>FindingsPage</name>
    <message>
        <source>Findings</source>
        <translation>Auffälligkeiten</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message>
        <source>Late answers</source>
        <translation>Späte Antworten</translation>
    </message>
    <message>
        <source>Compare with the standard</source>
        <translation>Mit dem Standard vergleichen</translation>
    </message>
</context>
<context>
    <name>FindingsView</name>
    <message>
        <source>Findings</source>
        <translation>Auffälligkeiten</translation>
    </message>
    <message>
        <source>What is wrong is known when the session has ended</source>
        <translation>Was nicht stimmt, ist bekannt, wenn die Sitzung beendet ist</translation>
    </message>
    <message>
        <source>Show more: {0} are left</source>
        <translation>Mehr zeigen: noch {0}</translation>
    </message>
    <message>
        <source>Nothing is wrong</source>
        <translation>Nichts ist auffällig</translation>
    </message>
    <message>
        <source>Verdict</source>
        <translation>Urteil</translation>
    </message>
    <message>
        <source>Element {0}: {1}, {2}</source>
        <translation>Element {0}: {1}, {2}</translation>
    </message>
</context>
<context>
    <name>GroupFacts</name>
    <message>
        <source>unknown device</source>
        <translation>unbekanntes Gerät</translation>
    </message>
    <message>
        <source>unknown LIS</source>
        <translation>unbekanntes LIS</translation>
    </message>
    <message>
        <source>1 session</source>
        <translation>1 Sitzung</translation>
    </message>
    <message>
        <source>{0} sessions</source>
        <translation>{0} Sitzungen</translation>
    </message>
    <message>
        <source>{0} open</source>
        <translation>{0} offen</translation>
    </message>
    <message>
        <source>{0} with errors</source>
        <translation>{0} mit Fehlern</translation>
    </message>
    <message>
        <source>{0} with warnings</source>
        <translation>{0} mit Warnungen</translation>
    </message>
    <message>
        <source>{0} with notes</source>
        <translation>{0} mit Hinweisen</translation>
    </message>
    <message>
        <source>nothing found to be wrong</source>
        <translation>nichts ist auffällig</translation>
    </message>
    <message>
        <source>last {0}</source>
        <translation>zuletzt {0}</translation>
    </message>
</context>
<context>
    <name>HexView</name>
    <message>
        <source>Bytes</source>
        <translation>Bytes</translation>
    </message>
    <message>
        <source>Copy as hex</source>
        <translation>Als Hex kopieren</translation>
    </message>
    <message>
        <source>Copy as hex, de-identified</source>
        <translation>Als Hex kopieren, pseudonymisiert</translation>
    </message>
    <message>
        <source>{0} bytes</source>
        <translation>{0} Bytes</translation>
    </message>
    <message>
        <source>Byte {0} of {1}, offset {2}: masked</source>
        <translation>Byte {0} von {1}, Versatz {2}: maskiert</translation>
    </message>
    <message>
        <source>Byte {0} of {1}, offset {2}: hex {3}</source>
        <translation>Byte {0} von {1}, Versatz {2}: hex {3}</translation>
    </message>
</context>
<context>
    <name>InterfaceList</name>
    <message>
        <source>Interfaces</source>
        <translation>Schnittstellen</translation>
    </message>
    <message>
        <source>Several at once: Ctrl or Shift and a click</source>
        <translation>Mehrere zugleich: Strg oder Umschalt und ein Klick</translation>
    </message>
    <message>
        <source>up</source>
        <translation>aktiv</translation>
    </message>
    <message>
        <source>down</source>
        <translation>inaktiv</translation>
    </message>
    <message>
        <source>{0} packets/s</source>
        <translation>{0} Pakete/s</translation>
    </message>
    <message>
        <source>quiet</source>
        <translation>still</translation>
    </message>
    <message>
        <source>HL7 seen: 1 connection</source>
        <translation>HL7 gesehen: 1 Verbindung</translation>
    </message>
    <message>
        <source>HL7 seen: {0} connections</source>
        <translation>HL7 gesehen: {0} Verbindungen</translation>
    </message>
</context>
<context>
    <name>Ladder</name>
    <message>
        <source>{0} that fit nothing</source>
        <translation>{0}, die zu nichts passen</translation>
    </message>
    <message>
        <source>Frame {0} · {1}</source>
        <translation>Rahmen {0} · {1}</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Nachricht</translation>
    </message>
    <message>
        <source>refused</source>
        <translation>zurückgewiesen</translation>
    </message>
    <message>
        <source>1 frame</source>
        <translation>1 Rahmen</translation>
    </message>
    <message>
        <source>{0} frames</source>
        <translation>{0} Rahmen</translation>
    </message>
    <message>
        <source>continued</source>
        <translation>Fortsetzung</translation>
    </message>
    <message>
        <source>1 day</source>
        <translation>1 Tag</translation>
    </message>
    <message>
        <source>{0} days</source>
        <translation>{0} Tage</translation>
    </message>
    <message>
        <source>{0} of silence</source>
        <translation>{0} Stille</translation>
    </message>
    <message>
        <source>{0} (late)</source>
        <translation>{0} (spät)</translation>
    </message>
    <message>
        <source>unfolded</source>
        <translation>ausgeklappt</translation>
    </message>
    <message>
        <source>folded</source>
        <translation>eingeklappt</translation>
    </message>
    <message>
        <source>{0} before it</source>
        <translation>davor {0}</translation>
    </message>
    <message>
        <source>Ladder: what device and LIS said, in order</source>
        <translation>Ablauf: was Gerät und LIS sagten, der Reihe nach</translation>
    </message>
    <message>
        <source>Export ladder…</source>
        <translation>Ablauf exportieren …</translation>
    </message>
    <message>
        <source>Unfold all frames</source>
        <translation>Alle Rahmen ausklappen</translation>
    </message>
    <message>
        <source>Fold all frames</source>
        <translation>Alle Rahmen einklappen</translation>
    </message>
    <message>
        <source>Next finding</source>
        <translation>Nächste Auffälligkeit</translation>
    </message>
    <message>
        <source>Previous finding</source>
        <translation>Vorige Auffälligkeit</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>LIS</source>
        <translation>LIS</translation>
    </message>
    <message>
        <source>device to LIS</source>
        <translation>Gerät an LIS</translation>
    </message>
    <message>
        <source>LIS to device</source>
        <translation>LIS an Gerät</translation>
    </message>
    <message>
        <source>The session is empty: there is no ladder to export.</source>
        <translation>Die Sitzung ist leer: es gibt keinen Ablauf zu exportieren.</translation>
    </message>
    <message>
        <source>elements {0} to {1} of {2}</source>
        <translation>Elemente {0} bis {1} von {2}</translation>
    </message>
    <message>
        <source>Session {0} · Device {1} → LIS {2} · {3}</source>
        <translation>Sitzung {0} · Gerät {1} → LIS {2} · {3}</translation>
    </message>
    <message>
        <source>What device and LIS said, in order; made by HL7 Capture</source>
        <translation>Was Gerät und LIS sagten, der Reihe nach; erstellt von HL7 Capture</translation>
    </message>
    <message>
        <source>There is not enough memory for the picture. Export the ladder as SVG.</source>
        <translation>Der Arbeitsspeicher reicht für das Bild nicht aus. Exportieren Sie den Ablauf als SVG.</translation>
    </message>
</context>
<context>
    <name>LadderSaving</name>
    <message>
        <source>SVG picture (*.svg)</source>
        <translation>SVG-Bild (*.svg)</translation>
    </message>
    <message>
        <source>PNG picture (*.png)</source>
        <translation>PNG-Bild (*.png)</translation>
    </message>
    <message>
        <source>Export ladder</source>
        <translation>Ablauf exportieren</translation>
    </message>
    <message>
        <source>Saved the ladder as {0}.</source>
        <translation>Ablauf gespeichert als {0}.</translation>
    </message>
    <message>
        <source>The session is too long for one picture: elements {0} to {1} of {2} are in it. Scroll to others and export them as well.</source>
        <translation>Die Sitzung ist zu lang für ein Bild: es enthält die Elemente {0} bis {1} von {2}. Blättern Sie zu anderen und exportieren Sie auch diese.</translation>
    </message>
    <message>
        <source>The ladder was not saved: {0}. Choose another folder.</source>
        <translation>Der Ablauf wurde nicht gespeichert: {0}. Wählen Sie einen anderen Ordner.</translation>
    </message>
</context>
<context>
    <name>LinkButton</name>
    <message>
        <source>Show {0} in the ladder</source>
        <translation>{0} im Ablauf zeigen</translation>
    </message>
</context>
<context>
    <name>LinkModel</name>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>LIS</source>
        <translation>LIS</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Last message</source>
        <translation>Letzte Nachricht</translation>
    </message>
    <message>
        <source>Last finding</source>
        <translation>Letzte Auffälligkeit</translation>
    </message>
    <message>
        <source>Connections</source>
        <translation>Ohne Sitzung</translation>
    </message>
    <message>
        <source>waiting for an acknowledgement for {0}</source>
        <translation>wartet seit {0} auf eine Quittung</translation>
    </message>
    <message>
        <source>connection reset {0} ago</source>
        <translation>Verbindung vor {0} zurückgesetzt</translation>
    </message>
    <message>
        <source>silent for {0}</source>
        <translation>still seit {0}</translation>
    </message>
    <message>
        <source>connected, heard {0} ago</source>
        <translation>verbunden, gehört vor {0}</translation>
    </message>
    <message>
        <source>disconnected for {0}</source>
        <translation>getrennt seit {0}</translation>
    </message>
    <message>
        <source>not listening; heard {0} ago</source>
        <translation>hört nicht mit; gehört vor {0}</translation>
    </message>
    <message>
        <source>no session</source>
        <translation>keine Sitzung</translation>
    </message>
</context>
<context>
    <name>LinkNotices</name>
    <message>
        <source>Connections of other links fail, too: {0}. The dashboard has them all.</source>
        <translation>Auch andere Verbindungen scheitern: {0}. Der Überblick zeigt sie alle.</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
</context>
<context>
    <name>LinkTable</name>
    <message>
        <source>Links</source>
        <translation>Verbindungen</translation>
    </message>
    <message>
        <source>Enter, or a double click: its sessions</source>
        <translation>Eingabe oder Doppelklick: ihre Sitzungen</translation>
    </message>
</context>
<context>
    <name>LogWindow</name>
    <message>
        <source>Log – HL7 Capture</source>
        <translation>Protokoll – HL7 Capture</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Warnings and errors</source>
        <translation>Warnungen und Fehler</translation>
    </message>
    <message>
        <source>Errors</source>
        <translation>Nur Fehler</translation>
    </message>
    <message>
        <source>&amp;Show</source>
        <translation>&amp;Zeigen</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Copy what is selected, or all lines</source>
        <translation>Auswahl oder alle Zeilen kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Lines of the log</source>
        <translation>Zeilen des Protokolls</translation>
    </message>
    <message>
        <source>Nothing has been logged.</source>
        <translation>Es wurde nichts protokolliert.</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>About HL7 Capture</source>
        <translation>Über HL7 Capture</translation>
    </message>
    <message>
        <source>HL7 Capture {0}

Listens to the conversation between medical devices and the LIS, shows every session, and keeps it.

Licence: GPL-2.0-or-later</source>
        <translation>HL7 Capture {0}

Hört das Gespräch zwischen medizinischen Geräten und dem LIS mit, zeigt jede Sitzung und hebt sie auf.

Lizenz: GPL-2.0-or-later</translation>
    </message>
    <message>
        <source>Saving, then closing…</source>
        <translation>Wird gespeichert, dann geschlossen …</translation>
    </message>
    <message>
        <source>Sessions that could not be saved: {0}</source>
        <translation>Sitzungen, die nicht gespeichert werden konnten: {0}</translation>
    </message>
</context>
<context>
    <name>Minimap</name>
    <message>
        <source>Overview of the session</source>
        <translation>Übersicht der Sitzung</translation>
    </message>
    <message>
        <source>The whole session: click or drag to go there</source>
        <translation>Die ganze Sitzung: klicken oder ziehen, um dorthin zu gehen</translation>
    </message>
</context>
<context>
    <name>Moving</name>
    <message>
        <source>Output folder</source>
        <translation>Ausgabeordner</translation>
    </message>
    <message>
        <source>Take the sessions along to the new folder? There are {0}.</source>
        <translation>Sollen die Sitzungen in den neuen Ordner mitgenommen werden? Es sind {0}.</translation>
    </message>
    <message>
        <source>From {0}
to {1}

Each is copied and read again before it is deleted where it was.</source>
        <translation>Von {0}
nach {1}

Jede wird kopiert und noch einmal gelesen, bevor sie am alten Ort gelöscht wird.</translation>
    </message>
    <message>
        <source>Take along</source>
        <translation>Mitnehmen</translation>
    </message>
    <message>
        <source>Leave there</source>
        <translation>Dort lassen</translation>
    </message>
    <message>
        <source>Moving sessions…</source>
        <translation>Sitzungen werden verschoben …</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Sessions that were moved: {0}; that are still in {1}: {2}. {3}</source>
        <translation>Verschobene Sitzungen: {0}; noch in {1}: {2}. {3}</translation>
    </message>
</context>
<context>
    <name>Notes</name>
    <message>
        <source>It is kept with the session when that ends</source>
        <translation>Sie wird mit der Sitzung aufgehoben, wenn diese endet</translation>
    </message>
    <message>
        <source>This session is not on disk; its note goes when the program ends</source>
        <translation>Diese Sitzung ist nicht auf der Festplatte; ihre Notiz geht mit dem Ende des Programms verloren</translation>
    </message>
    <message>
        <source>Saving…</source>
        <translation>Wird gespeichert …</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>The note of session {0} is not saved. It stays in the window and is tried again. {1}</source>
        <translation>Die Notiz zu Sitzung {0} ist nicht gespeichert. Sie bleibt im Fenster, und es wird erneut versucht. {1}</translation>
    </message>
    <message>
        <source>Not saved, it is tried again: {0}</source>
        <translation>Nicht gespeichert, es wird erneut versucht: {0}</translation>
    </message>
</context>
<context>
    <name>NotesView</name>
    <message>
        <source>Note</source>
        <translation>Notiz</translation>
    </message>
    <message>
        <source>What you want to remember about this session. It is kept with it.</source>
        <translation>Was Sie sich zu dieser Sitzung merken möchten. Es wird mit ihr aufgehoben.</translation>
    </message>
    <message>
        <source>There is no note.</source>
        <translation>Es gibt keine Notiz.</translation>
    </message>
    <message>
        <source>This note is too long to be changed here; its beginning is shown</source>
        <translation>Diese Notiz ist zu lang, um hier geändert zu werden; gezeigt wird ihr Anfang</translation>
    </message>
    <message>
        <source>{0} of {1} characters</source>
        <translation>{0} von {1} Zeichen</translation>
    </message>
    <message>
        <source>The note is full.</source>
        <translation>Die Notiz ist voll.</translation>
    </message>
</context>
<context>
    <name>Pane</name>
    <message>
        <source>Close; View › Layout brings it back</source>
        <translation>Schließen; Ansicht › Anordnung bringt es zurück</translation>
    </message>
    <message>
        <source>Close {0}</source>
        <translation>{0} schließen</translation>
    </message>
    <message>
        <source>Back into the window</source>
        <translation>Zurück ins Fenster</translation>
    </message>
    <message>
        <source>Into a window of its own</source>
        <translation>In ein eigenes Fenster</translation>
    </message>
</context>
<context>
    <name>Plots</name>
    <message>
        <source>Plots: messages, latencies and findings over time</source>
        <translation>Diagramme: Nachrichten, Antwortzeiten und Auffälligkeiten im Lauf der Zeit</translation>
    </message>
    <message>
        <source>Messages per second</source>
        <translation>Nachrichten je Sekunde</translation>
    </message>
    <message>
        <source>Messages per minute</source>
        <translation>Nachrichten je Minute</translation>
    </message>
    <message>
        <source>Messages per hour</source>
        <translation>Nachrichten je Stunde</translation>
    </message>
    <message>
        <source>Acknowledgement latency: ● p50, ▲ p95, – – late</source>
        <translation>Zeit bis zur Quittung: ● p50, ▲ p95, – – spät</translation>
    </message>
    <message>
        <source>Findings: ■ errors, ▨ warnings, □ notes</source>
        <translation>Auffälligkeiten: ■ Fehler, ▨ Warnungen, □ Hinweise</translation>
    </message>
</context>
<context>
    <name>PrivacyPage</name>
    <message>
        <source>Privacy</source>
        <translation>Datenschutz</translation>
    </message>
    <message>
        <source>Hide patients&apos; data</source>
        <translation>Patientendaten verdecken</translation>
    </message>
    <message>
        <source>Z-segments are private</source>
        <translation>Z-Segmente sind privat</translation>
    </message>
    <message>
        <source>More private fields</source>
        <translation>Weitere private Felder</translation>
    </message>
</context>
<context>
    <name>ProblemRow</name>
    <message>
        <source>Capture with administrator rights</source>
        <translation>Mit Administratorrechten mitschneiden</translation>
    </message>
    <message>
        <source>Asks for an administrator&apos;s password; the capture helper alone gets the rights</source>
        <translation>Fragt nach dem Passwort eines Administrators; nur das Hilfsprogramm für den Mitschnitt erhält die Rechte</translation>
    </message>
    <message>
        <source>Copy command</source>
        <translation>Befehl kopieren</translation>
    </message>
    <message>
        <source>Copy commands</source>
        <translation>Befehle kopieren</translation>
    </message>
    <message>
        <source>Copy</source>
        <translation>Kopieren</translation>
    </message>
    <message>
        <source>Open {0}</source>
        <translation>{0} öffnen</translation>
    </message>
    <message>
        <source>Notice</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
</context>
<context>
    <name>ProtocolPage</name>
    <message>
        <source>Protocol</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>who connects is the device</source>
        <translation>wer die Verbindung aufbaut, ist das Gerät</translation>
    </message>
    <message>
        <source>Who is who</source>
        <translation>Wer ist wer</translation>
    </message>
    <message>
        <source>Device IP</source>
        <translation>Geräte-IP</translation>
    </message>
    <message>
        <source>LIS IP</source>
        <translation>LIS-IP</translation>
    </message>
    <message>
        <source>LIS port</source>
        <translation>LIS-Port</translation>
    </message>
    <message>
        <source>Control bytes</source>
        <translation>Steuerbytes</translation>
    </message>
    <message>
        <source>Start (ENQ)</source>
        <translation>Anfang (ENQ)</translation>
    </message>
    <message>
        <source>ACK</source>
        <translation>ACK</translation>
    </message>
    <message>
        <source>NAK</source>
        <translation>NAK</translation>
    </message>
    <message>
        <source>End (EOT)</source>
        <translation>Ende (EOT)</translation>
    </message>
</context>
<context>
    <name>ReadingRow</name>
    <message>
        <source>How far the file is read</source>
        <translation>Wie weit die Datei gelesen ist</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Reading {0}</source>
        <translation>Liest {0}</translation>
    </message>
</context>
<context>
    <name>RecentList</name>
    <message>
        <source>Recent captures</source>
        <translation>Zuletzt geöffnete Mitschnitte</translation>
    </message>
    <message>
        <source>Enter opens, Delete takes from this list</source>
        <translation>Eingabe öffnet, Entf nimmt aus dieser Liste</translation>
    </message>
    <message>
        <source>not there any more</source>
        <translation>nicht mehr vorhanden</translation>
    </message>
</context>
<context>
    <name>RemoteDialog</name>
    <message>
        <source>Remote interface</source>
        <translation>Entfernte Schnittstelle</translation>
    </message>
    <message>
        <source>Listens with tcpdump on a machine that you reach with ssh. Your key must be known there: this window cannot ask for a password.</source>
        <translation>Hört mit tcpdump auf einem Rechner mit, den Sie über ssh erreichen. Ihr Schlüssel muss dort bekannt sein: dieses Fenster kann nicht nach einem Passwort fragen.</translation>
    </message>
    <message>
        <source>&amp;Host</source>
        <translation>&amp;Rechner</translation>
    </message>
    <message>
        <source>&amp;Interface</source>
        <translation>&amp;Schnittstelle</translation>
    </message>
    <message>
        <source>Start listening</source>
        <translation>Mithören</translation>
    </message>
</context>
<context>
    <name>ReportWindow</name>
    <message>
        <source>Report – HL7 Capture</source>
        <translation>Bericht – HL7 Capture</translation>
    </message>
    <message>
        <source>For the makers of the program. It says where in the program something went wrong, and holds no patient data, no addresses and no messages. Nothing is sent: copy it and pass it on as you like.</source>
        <translation>Für die Hersteller des Programms. Der Bericht sagt, wo im Programm etwas schiefging; er enthält keine Patientendaten, keine Adressen und keine Nachrichten. Nichts wird gesendet: kopieren Sie ihn und geben Sie ihn weiter, wie Sie möchten.</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>Bericht</translation>
    </message>
    <message>
        <source>Copy report</source>
        <translation>Bericht kopieren</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
</context>
<context>
    <name>Restoring</name>
    <message>
        <source>Restoring from the archive</source>
        <translation>Aus dem Archiv zurückholen</translation>
    </message>
    <message>
        <source>Sessions restored from the archive: {0}.</source>
        <translation>Sitzungen aus dem Archiv zurückgeholt: {0}.</translation>
    </message>
    <message>
        <source>Kept already: {0}.</source>
        <translation>Schon vorhanden: {0}.</translation>
    </message>
    <message>
        <source>Not restored: {0}. The first: {1}</source>
        <translation>Nicht zurückgeholt: {0}. Die erste: {1}</translation>
    </message>
    <message>
        <source>Nothing more is restored. {0}</source>
        <translation>Es wird nichts mehr zurückgeholt. {0}</translation>
    </message>
</context>
<context>
    <name>SavedSessions</name>
    <message>
        <source>Not deleted: {0}</source>
        <translation>Nicht gelöscht: {0}</translation>
    </message>
    <message>
        <source>Not changed: {0}</source>
        <translation>Nicht geändert: {0}</translation>
    </message>
    <message>
        <source>Sessions could not be loaded. {0}</source>
        <translation>Sitzungen konnten nicht geladen werden. {0}</translation>
    </message>
    <message>
        <source>Session files that could not be read, and were left as they are: {0}. The first: {1}: {2}.</source>
        <translation>Sitzungsdateien, die nicht gelesen werden konnten und unverändert blieben: {0}. Die erste: {1}: {2}.</translation>
    </message>
    <message>
        <source>Show them…</source>
        <translation>Zeigen …</translation>
    </message>
</context>
<context>
    <name>SessionFiles</name>
    <message>
        <source>Session files (*.json);;All files (*)</source>
        <translation>Sitzungsdateien (*.json);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Import sessions</source>
        <translation>Sitzungen importieren</translation>
    </message>
    <message>
        <source>Importing sessions</source>
        <translation>Sitzungen werden importiert</translation>
    </message>
    <message>
        <source>Nothing was imported: {0}.</source>
        <translation>Nichts wurde importiert: {0}.</translation>
    </message>
    <message>
        <source>Sessions imported: {0}.</source>
        <translation>Importierte Sitzungen: {0}.</translation>
    </message>
    <message>
        <source>Kept already: {0}.</source>
        <translation>Schon vorhanden: {0}.</translation>
    </message>
    <message>
        <source>Not imported: {0}. The first: {1}: {2}.</source>
        <translation>Nicht importiert: {0}. Die erste: {1}: {2}.</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>Abgebrochen.</translation>
    </message>
    <message>
        <source>Export cancelled. Files written before that: {0}.</source>
        <translation>Export abgebrochen. Vorher geschriebene Dateien: {0}.</translation>
    </message>
    <message>
        <source>Not exported: {0}.</source>
        <translation>Nicht exportiert: {0}.</translation>
    </message>
    <message>
        <source>Sessions exported to {0}: {1}.</source>
        <translation>Nach {0} exportierte Sitzungen: {1}.</translation>
    </message>
    <message>
        <source>Left out: {0}. The first: {1}: {2}.</source>
        <translation>Ausgelassen: {0}. Die erste: {1}: {2}.</translation>
    </message>
    <message>
        <source>Exporting sessions</source>
        <translation>Sitzungen werden exportiert</translation>
    </message>
    <message>
        <source>Overwrite</source>
        <translation>Überschreiben</translation>
    </message>
    <message>
        <source>{0}. Overwrite?</source>
        <translation>{0}. Überschreiben?</translation>
    </message>
</context>
<context>
    <name>SessionMenu</name>
    <message>
        <source>Open</source>
        <translation>Öffnen</translation>
    </message>
    <message>
        <source>Compare two</source>
        <translation>Zwei vergleichen</translation>
    </message>
    <message>
        <source>Choose exactly two sessions to compare them</source>
        <translation>Wählen Sie genau zwei Sitzungen, um sie zu vergleichen</translation>
    </message>
    <message>
        <source>Copy messages</source>
        <translation>Nachrichten kopieren</translation>
    </message>
    <message>
        <source>Copy messages de-identified</source>
        <translation>Nachrichten pseudonymisiert kopieren</translation>
    </message>
    <message>
        <source>Copy session id</source>
        <translation>Sitzungskennung kopieren</translation>
    </message>
    <message>
        <source>Export…</source>
        <translation>Exportieren …</translation>
    </message>
    <message>
        <source>Export de-identified…</source>
        <translation>Pseudonymisiert exportieren …</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Filter by this</source>
        <translation>Danach filtern</translation>
    </message>
    <message>
        <source>Keep</source>
        <translation>Behalten</translation>
    </message>
    <message>
        <source>Do not keep</source>
        <translation>Nicht behalten</translation>
    </message>
    <message>
        <source>What is kept stays on disk when its days are over</source>
        <translation>Was behalten wird, bleibt nach Ablauf seiner Frist auf der Festplatte</translation>
    </message>
</context>
<context>
    <name>SessionModel</name>
    <message>
        <source>No.</source>
        <translation>Nr.</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>LIS</source>
        <translation>LIS</translation>
    </message>
    <message>
        <source>Framing</source>
        <translation>Rahmung</translation>
    </message>
    <message>
        <source>Messages</source>
        <translation>Nachrichten</translation>
    </message>
    <message>
        <source>Duration</source>
        <translation>Dauer</translation>
    </message>
    <message>
        <source>State</source>
        <translation>Zustand</translation>
    </message>
    <message>
        <source>Findings</source>
        <translation>Auffälligkeiten</translation>
    </message>
    <message>
        <source>Saved</source>
        <translation>Gespeichert</translation>
    </message>
    <message>
        <source>Last packet</source>
        <translation>Letztes Paket</translation>
    </message>
    <message>
        <source>Probe</source>
        <translation>Sonde</translation>
    </message>
    <message>
        <source>Source</source>
        <translation>Quelle</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>Größe</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>kept</source>
        <translation>behalten</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
</context>
<context>
    <name>SessionTable</name>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
</context>
<context>
    <name>SessionViews</name>
    <message>
        <source>Ladder</source>
        <translation>Ablauf</translation>
    </message>
    <message>
        <source>Detail</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>Session {0} cannot be shown: {1}.</source>
        <translation>Sitzung {0} kann nicht gezeigt werden: {1}.</translation>
    </message>
</context>
<context>
    <name>SessionsPage</name>
    <message>
        <source>Sessions</source>
        <translation>Sitzungen</translation>
    </message>
    <message>
        <source>When a session ends</source>
        <translation>Wann eine Sitzung endet</translation>
    </message>
    <message>
        <source> s</source>
        <translation> s</translation>
    </message>
    <message numerus="yes">
        <source> message(s)</source>
        <translation>
            <numerusform> Nachricht</numerusform>
            <numerusform> Nachrichten</numerusform>
        </translation>
    </message>
    <message>
        <source>After a silence of</source>
        <translation>Nach einer Stille von</translation>
    </message>
    <message>
        <source>Messages, at most</source>
        <translation>Nachrichten, höchstens</translation>
    </message>
    <message>
        <source>On disk</source>
        <translation>Auf der Festplatte</translation>
    </message>
    <message>
        <source>Save sessions</source>
        <translation>Sitzungen speichern</translation>
    </message>
    <message numerus="yes">
        <source> day(s)</source>
        <translation>
            <numerusform> Tag</numerusform>
            <numerusform> Tage</numerusform>
        </translation>
    </message>
    <message>
        <source>Keep for</source>
        <translation>Aufheben für</translation>
    </message>
    <message numerus="yes">
        <source> hour(s)</source>
        <translation>
            <numerusform> Stunde</numerusform>
            <numerusform> Stunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source> session(s)</source>
        <translation>
            <numerusform> Sitzung</numerusform>
            <numerusform> Sitzungen</numerusform>
        </translation>
    </message>
    <message>
        <source>Output folder</source>
        <translation>Ausgabeordner</translation>
    </message>
    <message>
        <source>Write every</source>
        <translation>Schreiben alle</translation>
    </message>
    <message>
        <source>Clean up every</source>
        <translation>Aufräumen alle</translation>
    </message>
    <message>
        <source>On disk today</source>
        <translation>Heute auf der Festplatte</translation>
    </message>
    <message>
        <source>In memory</source>
        <translation>Im Arbeitsspeicher</translation>
    </message>
    <message>
        <source>In memory, at most</source>
        <translation>Im Arbeitsspeicher, höchstens</translation>
    </message>
    <message>
        <source>Choose…</source>
        <translation>Wählen …</translation>
    </message>
    <message>
        <source>Choose the output folder</source>
        <translation>Ausgabeordner wählen</translation>
    </message>
</context>
<context>
    <name>Settings</name>
    <message>
        <source>Keep sessions on disk</source>
        <translation>Sitzungen auf der Festplatte aufheben</translation>
    </message>
    <message>
        <source>Days that a saved session is kept</source>
        <translation>Tage, die eine gespeicherte Sitzung aufgehoben wird</translation>
    </message>
    <message>
        <source>Folder for sessions; empty: the system&apos;s data folder</source>
        <translation>Ordner für Sitzungen; leer: der Datenordner des Systems</translation>
    </message>
    <message>
        <source>Seconds between two attempts to write what waits</source>
        <translation>Sekunden zwischen zwei Versuchen, Wartendes zu schreiben</translation>
    </message>
    <message>
        <source>Hours between two clean-ups</source>
        <translation>Stunden zwischen zweimal Aufräumen</translation>
    </message>
    <message>
        <source>Sessions kept in memory</source>
        <translation>Sitzungen im Arbeitsspeicher</translation>
    </message>
    <message>
        <source>Silence after which an MLLP session ends</source>
        <translation>Stille, nach der eine MLLP-Sitzung endet</translation>
    </message>
    <message>
        <source>Messages after which an MLLP session rolls over</source>
        <translation>Nachrichten, nach denen eine MLLP-Sitzung in die nächste übergeht</translation>
    </message>
    <message>
        <source>An answer that takes longer is late</source>
        <translation>Eine Antwort, die länger braucht, ist spät</translation>
    </message>
    <message>
        <source>Findings also say what HL7 v2 says of the messages</source>
        <translation>Auffälligkeiten sagen auch, was HL7 v2 zu den Nachrichten sagt</translation>
    </message>
    <message>
        <source>ENQ: the byte that starts a transfer</source>
        <translation>ENQ: das Byte, das eine Übertragung beginnt</translation>
    </message>
    <message>
        <source>ACK: the byte that accepts</source>
        <translation>ACK: das Byte, das annimmt</translation>
    </message>
    <message>
        <source>NAK: the byte that refuses</source>
        <translation>NAK: das Byte, das zurückweist</translation>
    </message>
    <message>
        <source>EOT: the byte that ends a transfer</source>
        <translation>EOT: das Byte, das eine Übertragung beendet</translation>
    </message>
    <message>
        <source>This address is the device, whoever connected</source>
        <translation>Diese Adresse ist das Gerät, wer auch immer die Verbindung aufbaute</translation>
    </message>
    <message>
        <source>This address is the LIS, whoever connected</source>
        <translation>Diese Adresse ist das LIS, wer auch immer die Verbindung aufbaute</translation>
    </message>
    <message>
        <source>The side with this port is the LIS</source>
        <translation>Die Seite mit diesem Port ist das LIS</translation>
    </message>
    <message>
        <source>Capture filter (BPF), as in tcpdump</source>
        <translation>Mitschnittfilter (BPF), wie bei tcpdump</translation>
    </message>
    <message>
        <source>The interface to listen on; several with commas between them</source>
        <translation>Die Schnittstelle, an der mitgehört wird; mehrere durch Komma getrennt</translation>
    </message>
    <message>
        <source>Start the capture with the program</source>
        <translation>Den Mitschnitt mit dem Programm starten</translation>
    </message>
    <message>
        <source>Show on the first page what passes each interface; nothing of it is kept</source>
        <translation>Auf der ersten Seite zeigen, was über jede Schnittstelle läuft; nichts davon wird aufgehoben</translation>
    </message>
    <message>
        <source>Also keep the raw packets, in the output folder&apos;s raw</source>
        <translation>Auch die rohen Pakete aufheben, im Ausgabeordner unter raw</translation>
    </message>
    <message>
        <source>Megabytes of raw packets that are kept; the oldest go first</source>
        <translation>Megabytes an rohen Paketen, die aufgehoben werden; die ältesten gehen zuerst</translation>
    </message>
    <message>
        <source>The archive that all sessions go to, a PostgreSQL database</source>
        <translation>Das Archiv, in das alle Sitzungen gehen, eine PostgreSQL-Datenbank</translation>
    </message>
    <message>
        <source>Mask patient data on the screen</source>
        <translation>Patientendaten auf dem Bildschirm verdecken</translation>
    </message>
    <message>
        <source>Z-segments (and ASTM&apos;s M records) count as patient data</source>
        <translation>Z-Segmente (und M-Sätze von ASTM) gelten als Patientendaten</translation>
    </message>
    <message>
        <source>More fields with patient data, with commas between them: OBX-18, ZPI-3.1, NTE</source>
        <translation>Weitere Felder mit Patientendaten, durch Komma getrennt: OBX-18, ZPI-3.1, NTE</translation>
    </message>
    <message>
        <source>Light or dark</source>
        <translation>Hell oder dunkel</translation>
    </message>
    <message>
        <source>Findings told by a notification while the window is not in front</source>
        <translation>Auffälligkeiten, die eine Benachrichtigung meldet, solange das Fenster nicht vorn ist</translation>
    </message>
    <message>
        <source>Closing the window leaves the program in the tray, where there is one</source>
        <translation>Beim Schließen des Fensters bleibt das Programm im Infobereich, wo es einen gibt</translation>
    </message>
    <message>
        <source>Start without the window in the way</source>
        <translation>Starten, ohne dass das Fenster im Weg ist</translation>
    </message>
    <message>
        <source>Start when you log in, minimised</source>
        <translation>Bei Ihrer Anmeldung starten, minimiert</translation>
    </message>
    <message>
        <source>Size of letters, in percent of the system&apos;s</source>
        <translation>Schriftgröße in Prozent der Größe des Systems</translation>
    </message>
    <message>
        <source>Language of the window, from the next start on</source>
        <translation>Sprache des Fensters, ab dem nächsten Start</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search the settings</source>
        <translation>Einstellungen durchsuchen</translation>
    </message>
    <message>
        <source>Pages of the settings</source>
        <translation>Seiten der Einstellungen</translation>
    </message>
    <message>
        <source>No setting has these words.</source>
        <translation>Keine Einstellung enthält diese Wörter.</translation>
    </message>
    <message>
        <source>Defaults of this page</source>
        <translation>Standard für diese Seite</translation>
    </message>
    <message>
        <source>All defaults</source>
        <translation>Standard für alles</translation>
    </message>
    <message>
        <source>Something on this page cannot be.</source>
        <translation>Etwas auf dieser Seite ist nicht möglich.</translation>
    </message>
</context>
<context>
    <name>Severity</name>
    <message>
        <source>Error</source>
        <translation>Fehler</translation>
    </message>
    <message>
        <source>Warning</source>
        <translation>Warnung</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
</context>
<context>
    <name>Side</name>
    <message>
        <source>{0}: number of the message</source>
        <translation>{0}: Nummer der Nachricht</translation>
    </message>
    <message>
        <source>Message </source>
        <translation>Nachricht </translation>
    </message>
    <message>
        <source> of {0}</source>
        <translation> von {0}</translation>
    </message>
</context>
<context>
    <name>Status</name>
    <message>
        <source>Ready</source>
        <translation>Bereit</translation>
    </message>
    <message>
        <source>Starting…</source>
        <translation>Startet …</translation>
    </message>
    <message>
        <source>Listening</source>
        <translation>Hört mit</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Stopping…</source>
        <translation>Hält an …</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Liest</translation>
    </message>
    <message>
        <source>Packets {0}</source>
        <translation>Pakete {0}</translation>
    </message>
    <message>
        <source>by the system, which had no room for them: {0}</source>
        <translation>vom System, das keinen Platz für sie hatte: {0}</translation>
    </message>
    <message>
        <source>by the network interface: {0}</source>
        <translation>von der Netzwerkschnittstelle: {0}</translation>
    </message>
    <message>
        <source>missing in the raw packets on disk only: {0}</source>
        <translation>fehlen nur in den rohen Paketen auf der Festplatte: {0}</translation>
    </message>
    <message>
        <source>Dropped {0}</source>
        <translation>Verloren {0}</translation>
    </message>
    <message>
        <source>Sessions {0}</source>
        <translation>Sitzungen {0}</translation>
    </message>
    <message>
        <source>Saved {0}</source>
        <translation>Gespeichert {0}</translation>
    </message>
    <message>
        <source>Waiting {0}</source>
        <translation>Wartend {0}</translation>
    </message>
    <message>
        <source>Listing {0} of {1}</source>
        <translation>Aufgelistet {0} von {1}</translation>
    </message>
    <message>
        <source>Waiting for {0}</source>
        <translation>Wartet auf {0}</translation>
    </message>
</context>
<context>
    <name>StorageBox</name>
    <message>
        <source>Counting…</source>
        <translation>Wird gezählt …</translation>
    </message>
    <message>
        <source>Clean up now…</source>
        <translation>Jetzt aufräumen …</translation>
    </message>
    <message>
        <source>{0} files, {1}; index {2}; {3} free on the disk</source>
        <translation>Dateien: {0}, {1}; Index {2}; {3} frei auf der Festplatte</translation>
    </message>
    <message>
        <source>Counting did not work: something went wrong inside the program.</source>
        <translation>Das Zählen ist misslungen: Im Programm ist etwas schiefgegangen.</translation>
    </message>
    <message>
        <source>Clean up now</source>
        <translation>Jetzt aufräumen</translation>
    </message>
    <message>
        <source>No session has expired: nothing would be deleted.</source>
        <translation>Keine Sitzung ist abgelaufen: es würde nichts gelöscht.</translation>
    </message>
    <message>
        <source>These sessions have expired and would be deleted for good:</source>
        <translation>Diese Sitzungen sind abgelaufen und würden endgültig gelöscht:</translation>
    </message>
    <message>
        <source>Delete</source>
        <translation>Löschen</translation>
    </message>
</context>
<context>
    <name>StoreNotices</name>
    <message>
        <source>Output folder…</source>
        <translation>Ausgabeordner …</translation>
    </message>
    <message>
        <source>Sessions that wait because they cannot be saved: {0}. It is tried again.</source>
        <translation>Sitzungen, die warten, weil sie nicht gespeichert werden können: {0}. Es wird erneut versucht.</translation>
    </message>
    <message>
        <source>There is no more memory for some of them: they lie in {0} until then.</source>
        <translation>Für einige ist kein Arbeitsspeicher mehr da: sie liegen bis dahin in {0}.</translation>
    </message>
    <message>
        <source>Open sessions cannot be written to the disk as they grow; a crash would lose them. {0}</source>
        <translation>Offene Sitzungen können nicht laufend auf die Festplatte geschrieben werden; bei einem Absturz gingen sie verloren. {0}</translation>
    </message>
    <message>
        <source>Sessions that are lost, because no disk took them and memory was full: {0}. {1}</source>
        <translation>Verlorene Sitzungen, weil keine Festplatte sie annahm und der Arbeitsspeicher voll war: {0}. {1}</translation>
    </message>
    <message>
        <source>The program was cut short the last time. Sessions recovered as far as they went: {0}.</source>
        <translation>Das Programm wurde beim letzten Mal abgebrochen. So weit wie möglich wiederhergestellte Sitzungen: {0}.</translation>
    </message>
    <message>
        <source>Journal {0}: {1}.</source>
        <translation>Journal {0}: {1}.</translation>
    </message>
    <message>
        <source>{0}. This window shows what is kept there; sessions captured here wait until it is free.</source>
        <translation>{0}. Dieses Fenster zeigt, was dort liegt; hier mitgeschnittene Sitzungen warten, bis er frei ist.</translation>
    </message>
</context>
<context>
    <name>Surface</name>
    <message>
        <source>Choose one session above</source>
        <translation>Wählen Sie eine Sitzung aus der Liste</translation>
    </message>
</context>
<context>
    <name>TableArrangement</name>
    <message>
        <source>Co&amp;lumns</source>
        <translation>&amp;Spalten</translation>
    </message>
    <message>
        <source>&amp;Resize to contents</source>
        <translation>An &amp;Inhalt anpassen</translation>
    </message>
    <message>
        <source>R&amp;eset columns</source>
        <translation>Spalten &amp;zurücksetzen</translation>
    </message>
    <message>
        <source>&amp;Group by</source>
        <translation>&amp;Gruppieren nach</translation>
    </message>
    <message>
        <source>&amp;Nothing: one list</source>
        <translation>&amp;Nichts: eine Liste</translation>
    </message>
    <message>
        <source>&amp;Device</source>
        <translation>&amp;Gerät</translation>
    </message>
    <message>
        <source>&amp;Link: device and LIS</source>
        <translation>&amp;Verbindung: Gerät und LIS</translation>
    </message>
    <message>
        <source>&amp;Fold all groups</source>
        <translation>Alle Gruppen &amp;einklappen</translation>
    </message>
    <message>
        <source>&amp;Unfold all groups</source>
        <translation>Alle Gruppen &amp;ausklappen</translation>
    </message>
</context>
<context>
    <name>TextView</name>
    <message>
        <source>Message text</source>
        <translation>Text der Nachricht</translation>
    </message>
    <message>
        <source>Wrap long lines</source>
        <translation>Lange Zeilen umbrechen</translation>
    </message>
    <message>
        <source>… the first {0} of {1} characters</source>
        <translation>… die ersten {0} von {1} Zeichen</translation>
    </message>
    <message>
        <source>Copy de-identified</source>
        <translation>Pseudonymisiert kopieren</translation>
    </message>
</context>
<context>
    <name>Toolbar</name>
    <message>
        <source>Main</source>
        <translation>Hauptleiste</translation>
    </message>
</context>
<context>
    <name>Tray</name>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>Beenden</translation>
    </message>
</context>
<context>
    <name>Trouble</name>
    <message>
        <source>Something went wrong inside the program; capture and saving go on.</source>
        <translation>Im Programm ist etwas schiefgegangen; Mitschnitt und Speichern laufen weiter.</translation>
    </message>
    <message numerus="yes">
        <source>It happened %n times.</source>
        <translation>
            <numerusform>Es geschah %n-mal.</numerusform>
            <numerusform>Es geschah %n-mal.</numerusform>
        </translation>
    </message>
    <message>
        <source>Show report…</source>
        <translation>Bericht zeigen …</translation>
    </message>
</context>
<context>
    <name>UnreadableFiles</name>
    <message>
        <source>Files that could not be read</source>
        <translation>Dateien, die nicht gelesen werden konnten</translation>
    </message>
    <message>
        <source>These files in the sessions&apos; folder are no sessions that this version can read. They were left as they are, and are not shown, searched or cleaned up.</source>
        <translation>Diese Dateien im Ordner der Sitzungen sind keine Sitzungen, die diese Version lesen kann. Sie blieben unverändert und werden nicht gezeigt, durchsucht oder aufgeräumt.</translation>
    </message>
    <message>
        <source>File</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Reason</source>
        <translation>Grund</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Start listening</source>
        <translation>Mithören</translation>
    </message>
    <message>
        <source>No interface was found.</source>
        <translation>Es wurde keine Schnittstelle gefunden.</translation>
    </message>
    <message>
        <source>Refresh</source>
        <translation>Aktualisieren</translation>
    </message>
    <message>
        <source>Look for interfaces again (F5)</source>
        <translation>Erneut nach Schnittstellen suchen (F5)</translation>
    </message>
    <message>
        <source>Remote interface…</source>
        <translation>Entfernte Schnittstelle …</translation>
    </message>
    <message>
        <source>Listen on another machine, through ssh (Ctrl+R)</source>
        <translation>Auf einem anderen Rechner mithören, über ssh (Strg+R)</translation>
    </message>
    <message>
        <source>Recent</source>
        <translation>Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Open a capture…</source>
        <translation>Mitschnitt öffnen …</translation>
    </message>
    <message>
        <source>Try it: simulated analyzer</source>
        <translation>Ausprobieren: simuliertes Analysegerät</translation>
    </message>
    <message>
        <source>HL7 Capture</source>
        <translation>HL7 Capture</translation>
    </message>
    <message>
        <source>Listen to the conversation between devices and the LIS. Nothing is ever sent.</source>
        <translation>Das Gespräch zwischen Geräten und dem LIS mithören. Es wird nie etwas gesendet.</translation>
    </message>
    <message>
        <source>Listen on an interface</source>
        <translation>An einer Schnittstelle mithören</translation>
    </message>
    <message>
        <source>or drop it here: pcap and pcapng, of tcpdump, Wireshark and others</source>
        <translation>oder hierher ziehen: pcap und pcapng, von tcpdump, Wireshark und anderen</translation>
    </message>
    <message>
        <source>Read a capture</source>
        <translation>Einen Mitschnitt lesen</translation>
    </message>
    <message>
        <source>Analyzers talk to a LIS, one in each framing. It needs no rights and no network.</source>
        <translation>Analysegeräte sprechen mit einem LIS, je eines in jeder Rahmung. Das braucht keine Rechte und kein Netz.</translation>
    </message>
    <message>
        <source>No device at hand?</source>
        <translation>Kein Gerät zur Hand?</translation>
    </message>
</context>
<context>
    <name>WorkRow</name>
    <message>
        <source>How far the work is</source>
        <translation>Wie weit die Arbeit ist</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
</context>
</TS>
