package dev.bailiwick.server.secret;

import java.nio.file.Path;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Reads the secret file, or writes it where there is none yet. */
@Configuration(proxyBeanMethods = false)
class SecretConfiguration {

    @Bean
    SealingKey sealingKey(@Value("${bailiwick.secret-file:}") String file) {
        if (file.isEmpty()) {
            throw new SecretUnusable(
                    "bailiwick.secret-file must name the file that keeps this installation's secret; it is created where it is absent",
                    null);
        }
        return SealingKey.in(Path.of(file));
    }
}
