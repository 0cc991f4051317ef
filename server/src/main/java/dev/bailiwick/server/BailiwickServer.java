package dev.bailiwick.server;

import java.time.Clock;
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

    @Bean
    Clock clock() {
        return Clock.systemUTC();
    }
}
