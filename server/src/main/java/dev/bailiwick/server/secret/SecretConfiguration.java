package dev.bailiwick.server.secret;

import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reads the secret file, and creates it if it is absent. */
@Configuration(proxyBeanMethods = false)
class SecretConfiguration {

    @Bean
    SealingKey sealingKey(@Value("${bailiwick.secret-file:}") String file) {
        if (file.isEmpty()) {
            throw new SecretUnusable(
                    "bailiwick.secret-file must name the file with this installation's secret; the server creates the file if it is absent",
                    null);
        }
        return SealingKey.in(Path.of(file));
    }
}
