package dev.bailiwick.server;

import java.time.Clock;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.properties.ConfigurationPropertiesScan;
import org.springframework.context.annotation.Bean;

/** Starts the control plane. */
@SpringBootApplication
@ConfigurationPropertiesScan
public class BailiwickServer {

    public static void main(String[] arguments) {
        SpringApplication.run(BailiwickServer.class, arguments);
    }

    /** A clock with the precision of the database, microseconds: a time in an answer equals the time that is read later. */
    @Bean
    Clock clock() {
        return Clock.tick(Clock.systemUTC(), Duration.of(1, ChronoUnit.MICROS));
    }
}
