-- A question about the files of a jail carries several parts of their content. Its answer could have 256 KiB already.
ALTER TABLE host_question DROP CONSTRAINT host_question_question_check,
    ADD CONSTRAINT host_question_question_check CHECK (length(question) <= 262144);
