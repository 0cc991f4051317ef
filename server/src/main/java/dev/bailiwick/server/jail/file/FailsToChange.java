package dev.bailiwick.server.jail.file;

import dev.bailiwick.server.account.RightMissing;
import dev.bailiwick.server.account.customer.CustomerSuspended;
import dev.bailiwick.server.account.stream.TooManyStreams;
import dev.bailiwick.server.jail.file.failure.FileAlreadyExists;
import dev.bailiwick.server.jail.file.failure.FileChanged;
import dev.bailiwick.server.jail.file.failure.FileNotFound;
import dev.bailiwick.server.jail.file.failure.FileUnsuitable;
import dev.bailiwick.server.jail.file.failure.FilesUnreachable;
import dev.bailiwick.server.jail.file.failure.NoFilesYet;
import dev.bailiwick.server.jail.file.failure.NoSpaceForFiles;
import dev.bailiwick.server.jail.intent.JailNotFound;
import dev.bailiwick.server.jail.intent.JailRetired;
import dev.bailiwick.server.problem.Fails;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** The failures of a change of files. */
@Fails({
    JailNotFound.class,
    RightMissing.class,
    JailRetired.class,
    CustomerSuspended.class,
    FileNotFound.class,
    FileAlreadyExists.class,
    FileUnsuitable.class,
    FileChanged.class,
    NoSpaceForFiles.class,
    NoFilesYet.class,
    FilesUnreachable.class,
    TooManyTransfers.class,
    TooManyStreams.class
})
@Target(ElementType.METHOD)
@Retention(RetentionPolicy.RUNTIME)
@interface FailsToChange {}
