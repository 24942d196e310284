resource "aws_iam_policy" "_1_team_deploy_least_privilege" {
  name = "1_team_deploy-least-privilege"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Deny"
        Effect = "Deny"
        NotAction = [
          "s3:*",
        ]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "S3"
        Effect = "Allow"
        Action = [
          "s3:GetObject",
          "s3:PutObject",
        ]
        Resource = [
          "arn:aws:s3:::b",
          "arn:aws:s3:::home/$${aws:username}/*",
        ]
        Condition = {
          StringLike = {
            "aws:PrincipalTag/a b" = [
              "\u0024$${x}",
              "%%{y}",
              "\"\\",
            ]
          }
          NumericLessThan = {
            "s3:max-keys" = 10
          }
          Bool = {
            "aws:SecureTransport" = true
          }
        }
      },
    ]
  })
}

resource "aws_iam_policy" "_1_team_deploy_least_privilege_2" {
  name = "1_team_deploy-least-privilege-2"

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [
      {
        Sid    = "Deny"
        Effect = "Deny"
        NotAction = [
          "s3:*",
        ]
        Resource = [
          "*",
        ]
      },
      {
        Sid    = "S3"
        Effect = "Allow"
        Action = [
          "s3:GetObject",
          "s3:PutObject",
        ]
        Resource = [
          "arn:aws:s3:::b",
          "arn:aws:s3:::home/$${aws:username}/*",
        ]
        Condition = {
          StringLike = {
            "aws:PrincipalTag/a b" = [
              "\u0024$${x}",
              "%%{y}",
              "\"\\",
            ]
          }
          NumericLessThan = {
            "s3:max-keys" = 10
          }
          Bool = {
            "aws:SecureTransport" = true
          }
        }
      },
    ]
  })
}
