package dev.bailiwick.server.link;

import dev.bailiwick.server.denial.Denials;
import dev.bailiwick.server.figure.Figures;
import dev.bailiwick.server.host.Histories;
import dev.bailiwick.server.host.HostConnections;
import dev.bailiwick.server.jail.DesiredStates;
import dev.bailiwick.server.jail.JailReports;
import dev.bailiwick.server.jail.difference.ReportedDifferences;
import dev.bailiwick.server.jail.files.KeptFilesStore;
import dev.bailiwick.server.network.Pools;
import dev.bailiwick.server.network.member.NetworkMembers;
import dev.bailiwick.server.notification.Notifications;
import java.time.Clock;
import java.time.Duration;

/** The components that all sessions use. */
record SessionContext(
        HostConnections connections,
        Histories histories,
        DesiredStates desired,
        JailReports reports,
        ReportedDifferences differences,
        KeptFilesStore files,
        Denials denials,
        Figures figures,
        Pools pools,
        NetworkMembers networks,
        Notifications notifications,
        Sessions sessions,
        Duration heartbeat,
        Clock clock) {}
