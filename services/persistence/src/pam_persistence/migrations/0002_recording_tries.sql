-- migrate:up

-- Notes of entries that are being recorded alone, because they may kill the recorder: what is left here did.
create table recording_tries (
    stream text not null,
    sequence bigint not null,
    tries integer not null default 1,
    primary key (stream, sequence)
);
grant select, insert, update, delete on recording_tries to {role};

-- migrate:down

drop table recording_tries;
