package dev.bailiwick.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class ReservationTest {

    @Test
    void keepsItsLockWhileTheSameProcessReservesAnother() throws Exception {
        try (Reservation first = Reservation.of("reservation-test", 4)) {
            try (Reservation second = Reservation.of("reservation-test", 4)) {
                assertThat(second.number()).isNotEqualTo(first.number());
                assertThat(isLocked(first)).isTrue();
                assertThat(isLocked(second)).isTrue();
            }
            assertThat(isLocked(first)).isTrue();
        }
    }

    /** Returns whether the kernel lists a lock of this process on the file (proc_locks(5)). */
    private static boolean isLocked(Reservation reservation) throws Exception {
        long inode = (long) Files.getAttribute(reservation.file(), "unix:ino");
        String process = " " + ProcessHandle.current().pid() + " ";
        return Files.readAllLines(Path.of("/proc/locks")).stream()
                .anyMatch(line -> line.contains(process) && line.contains(":" + inode + " "));
    }
}
