package dev.bailiwick.server.jail.rest;

import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.jail.intent.GenerationConflict;
import dev.bailiwick.server.jail.intent.JailDiffersOnHost;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.problem.Fails;
import io.swagger.v3.oas.annotations.responses.ApiResponse;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** Describes how a change of a jail is answered, by whether its host has done it within the time that the caller waits. */
@ApiResponse(responseCode = "202", description = ChangeResponses.STORED, useReturnTypeSchema = true)
@ApiResponse(
        responseCode = "200",
        description = "Its host has done it, within the time of wait",
        useReturnTypeSchema = true)
@Fails({
    JailNotFound.class,
    RightMissing.class,
    GenerationConflict.class,
    JailRetired.class,
    JailDiffersOnHost.class,
    CustomerSuspended.class
})
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface ChangeResponses {

    String STORED = "Stored; its host follows";
}
