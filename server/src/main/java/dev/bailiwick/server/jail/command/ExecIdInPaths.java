package dev.bailiwick.server.jail.command;

import dev.bailiwick.jail.stream.ExecId;
import org.springframework.context.annotation.Configuration;
import org.springframework.format.FormatterRegistry;
import org.springframework.web.servlet.config.annotation.WebMvcConfigurer;

/** The conversion of path variables to {@link ExecId}. */
@Configuration(proxyBeanMethods = false)
class ExecIdInPaths implements WebMvcConfigurer {

    @Override
    public void addFormatters(FormatterRegistry registry) {
        registry.addConverter(String.class, ExecId.class, ExecId::parse);
    }
}
