package dev.bailiwick.server;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;

/** Starts the control plane. */
@SpringBootApplication
public class BailiwickServer {

    public static void main(String[] arguments) {
        SpringApplication.run(BailiwickServer.class, arguments);
    }
}
