package dev.bailiwick.server.account.signin;

import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

/** How passwords are kept. A stored hash names its method, so that the method can change and old hashes still be checked. */
@Configuration(proxyBeanMethods = false)
class Passwords {

    private static final String PREFERRED = "argon2@SpringSecurity_v5_8";

    @Bean
    PasswordEncoder passwordEncoder() {
        return new DelegatingPasswordEncoder(
                PREFERRED, Map.of(PREFERRED, Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8()));
    }
}
