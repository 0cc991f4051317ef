package dev.bailiwick.server.account.signin.password;

import java.util.Map;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.security.crypto.argon2.Argon2PasswordEncoder;
import org.springframework.security.crypto.password.DelegatingPasswordEncoder;
import org.springframework.security.crypto.password.PasswordEncoder;

/** The hashing of passwords. A stored hash names its method: if the method changes, old hashes can still be checked. */
@Configuration(proxyBeanMethods = false)
class Passwords {

    private static final String PREFERRED = "argon2@SpringSecurity_v5_8";

    @Bean
    PasswordEncoder passwordEncoder() {
        return new DelegatingPasswordEncoder(
                PREFERRED, Map.of(PREFERRED, Argon2PasswordEncoder.defaultsForSpringSecurity_v5_8()));
    }
}
