//! The table of S3 operations that are answered; every other one is NotImplemented.

use std::sync::Arc;

use async_trait::async_trait;
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

use super::{buckets, details, listing, objects, uploads};
use crate::app::App;

/// Answers the operations of S3 from the app's stores.
pub(super) struct Backend {
    pub(super) app: Arc<App>,
}

/// One line for each operation: its name, its types, the function that does it.
macro_rules! operations {
    ($($name:ident($input:ident) -> $output:ident = $function:path;)*) => {
        /// Names of the operations, as `list_buckets`.
        pub const OPERATIONS: &[&str] = &[$(stringify!($name)),*];

        #[async_trait]
        impl S3 for Backend {
            $(
                async fn $name(
                    &self,
                    request: S3Request<$input>,
                ) -> S3Result<S3Response<$output>> {
                    $function(&self.app, request).await.map(S3Response::new)
                }
            )*
        }
    };
}

operations! {
    list_buckets(ListBucketsInput) -> ListBucketsOutput = buckets::list_buckets;
    create_bucket(CreateBucketInput) -> CreateBucketOutput = buckets::create_bucket;
    head_bucket(HeadBucketInput) -> HeadBucketOutput = buckets::head_bucket;
    delete_bucket(DeleteBucketInput) -> DeleteBucketOutput = buckets::delete_bucket;
    get_bucket_location(GetBucketLocationInput) -> GetBucketLocationOutput = buckets::get_bucket_location;
    get_bucket_cors(GetBucketCorsInput) -> GetBucketCorsOutput = buckets::get_bucket_cors;
    put_bucket_cors(PutBucketCorsInput) -> PutBucketCorsOutput = buckets::put_bucket_cors;
    delete_bucket_cors(DeleteBucketCorsInput) -> DeleteBucketCorsOutput = buckets::delete_bucket_cors;
    get_bucket_versioning(GetBucketVersioningInput) -> GetBucketVersioningOutput = buckets::get_bucket_versioning;
    get_bucket_acl(GetBucketAclInput) -> GetBucketAclOutput = buckets::get_bucket_acl;
    get_bucket_policy(GetBucketPolicyInput) -> GetBucketPolicyOutput = buckets::get_bucket_policy;
    get_bucket_tagging(GetBucketTaggingInput) -> GetBucketTaggingOutput = buckets::get_bucket_tagging;
    list_objects(ListObjectsInput) -> ListObjectsOutput = listing::list_objects;
    list_objects_v2(ListObjectsV2Input) -> ListObjectsV2Output = listing::list_objects_v2;
    get_object(GetObjectInput) -> GetObjectOutput = objects::get_object;
    head_object(HeadObjectInput) -> HeadObjectOutput = objects::head_object;
    put_object(PutObjectInput) -> PutObjectOutput = objects::put_object;
    copy_object(CopyObjectInput) -> CopyObjectOutput = objects::copy_object;
    delete_object(DeleteObjectInput) -> DeleteObjectOutput = objects::delete_object;
    delete_objects(DeleteObjectsInput) -> DeleteObjectsOutput = objects::delete_objects;
    get_object_attributes(GetObjectAttributesInput) -> GetObjectAttributesOutput = details::get_object_attributes;
    get_object_acl(GetObjectAclInput) -> GetObjectAclOutput = details::get_object_acl;
    get_object_tagging(GetObjectTaggingInput) -> GetObjectTaggingOutput = details::get_object_tagging;
    put_object_tagging(PutObjectTaggingInput) -> PutObjectTaggingOutput = details::put_object_tagging;
    delete_object_tagging(DeleteObjectTaggingInput) -> DeleteObjectTaggingOutput = details::delete_object_tagging;
    create_multipart_upload(CreateMultipartUploadInput) -> CreateMultipartUploadOutput = uploads::create_multipart_upload;
    upload_part(UploadPartInput) -> UploadPartOutput = uploads::upload_part;
    upload_part_copy(UploadPartCopyInput) -> UploadPartCopyOutput = uploads::upload_part_copy;
    complete_multipart_upload(CompleteMultipartUploadInput) -> CompleteMultipartUploadOutput = uploads::complete_multipart_upload;
    abort_multipart_upload(AbortMultipartUploadInput) -> AbortMultipartUploadOutput = uploads::abort_multipart_upload;
    list_parts(ListPartsInput) -> ListPartsOutput = uploads::list_parts;
    list_multipart_uploads(ListMultipartUploadsInput) -> ListMultipartUploadsOutput = uploads::list_multipart_uploads;
}
